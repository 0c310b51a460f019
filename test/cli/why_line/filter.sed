s|/[^ ]*/case/|CASE/|g
