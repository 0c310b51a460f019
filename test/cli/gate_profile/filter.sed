s/[0-9]* kept/N kept/
s/it is [0-9.]* %/it is N %/
s/[0-9.]*% of it/N% of it/
