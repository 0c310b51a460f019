s/[0-9]* kept/N kept/
