s|/proc/[0-9]*/|/proc/PID/|
