s/Failed to connect.*\[http/... [http/
