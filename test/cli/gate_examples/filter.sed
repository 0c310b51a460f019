s/go1\.[0-9.]*/go1.X/g
