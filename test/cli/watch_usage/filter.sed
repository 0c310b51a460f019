s/\/[^ ]*README.md/README.md/
