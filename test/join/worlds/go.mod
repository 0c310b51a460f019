module example.com/world

go 1.26

require example.org/dep v0.0.0

replace example.org/dep => ../worlds_dep
