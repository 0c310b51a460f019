module join.test

go 1.26
