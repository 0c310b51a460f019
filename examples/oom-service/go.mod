module example.com/oom-service

go 1.26
