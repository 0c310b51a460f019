/* Every diagnostic of the product: X(NAME, "code", severity, "what to do").
 * The message itself says what was found where and what was expected. A test provokes each. */
X(FILE_OPEN, "file-open", DIAG_ERROR, "check the path and that it may be read")
X(FILE_READ, "file-read", DIAG_ERROR, "check the disk or the pipe and try again")
X(FILE_WRITE, "file-write", DIAG_ERROR, "check the folder's permissions and the free space")
X(FILE_LIMIT, "file-limit", DIAG_ERROR, "split the input, or give a smaller one")
X(UNPACK_DAMAGED, "unpack-damaged", DIAG_ERROR,
  "fetch or copy the file again: it is damaged or cut off")
X(UNPACK_LIMIT, "unpack-limit", DIAG_ERROR,
  "the file unpacks to more than is allowed; unpack it by hand to look at it")
X(CHILD_START, "child-start", DIAG_ERROR, "install the program or put it on the PATH")
X(CHILD_FAILED, "child-failed", DIAG_ERROR, "mend what the program complains of and try again")
X(PROFILE_FORMAT, "profile-format", DIAG_ERROR,
  "give a pprof heap profile: protobuf (plain, gzip, zstd) or Go's text form (debug=1)")
X(PROFILE_DAMAGED, "profile-damaged", DIAG_ERROR, "capture or copy the profile again")
X(PROFILE_LIMIT, "profile-limit", DIAG_ERROR, "capture a shorter profile, or merge fewer")
X(PROFILE_EMPTY, "profile-empty", DIAG_ERROR, "capture under load, or lower runtime.MemProfileRate")
X(PROFILE_NO_MATCH, "profile-no-match", DIAG_ERROR, "unheap prof -top shows the names there are")
X(PROFILE_KIND, "profile-kind", DIAG_ERROR, "give a heap or allocs profile")
X(PROFILE_SAMPLE_TYPE, "profile-sample-type", DIAG_ERROR,
  "choose one of the sample types named above")
X(PROFILE_MISMATCH, "profile-mismatch", DIAG_ERROR,
  "merge only profiles with the same sample types")
X(PROFILE_CHANGED, "profile-changed", DIAG_ERROR, "start again to see what it holds now")
X(COMPARE_SCALE, "compare-scale", DIAG_ERROR,
  "leave the scaling away, or say what was done: -per seconds=OLD,NEW")
X(COMPARE_SAME, "compare-same", DIAG_WARNING, "give two profiles to see what changed")
X(COMPARE_UNIT, "compare-unit", DIAG_ERROR, "write kB, MB, GB of bytes, and k, M, G of objects")
X(HTTP_FAILED, "http-failed", DIAG_ERROR,
  "check the address and that net/http/pprof is served there")
X(HTTP_NOT_PROFILE, "http-not-profile", DIAG_ERROR,
  "the address answers something else than a profile; add /debug/pprof/heap")
X(LIVE_NO_PROFILE, "live-no-profile", DIAG_ERROR,
  "wait for load, or build the program with runtime/pprof, with its symbol table and without "
  "MemProfileRate = 0")
X(LIVE_INSTEAD, "live-instead", DIAG_NOTE,
  "unheap ledger shows where the memory is; unheap capture -goroutines where goroutines wait")
X(LIVE_SKIPPED, "live-skipped", DIAG_WARNING,
  "capture again: what changed while it was read is left out")
X(GC_EMPTY, "gc-empty", DIAG_ERROR,
  "run the program with GODEBUG=gctrace=1 and give what it writes to standard error")
X(GC_LIMIT, "gc-limit", DIAG_WARNING, "give a shorter part of the log")
X(GC_DAMAGED, "gc-damaged", DIAG_WARNING,
  "other output of the program stands in the middle of these lines; they were passed over")
X(GC_MIXED, "gc-mixed", DIAG_WARNING,
  "give the lines of one program, as grep finds them by the name that its log puts before them")
X(SERVE_ADDRESS, "serve-address", DIAG_ERROR,
  "give an address of this machine with a port that is free, as in 127.0.0.1:0")
X(SERVE_OPEN, "serve-open", DIAG_ERROR,
  "listen on 127.0.0.1, or give a TLS certificate with its key, and a token or a CA of clients")
X(HTTP_LIBRARY, "http-library", DIAG_ERROR, "install it: apt-get install libcurl4")
X(SERVE_LIBRARY, "serve-library", DIAG_ERROR, "install it: apt-get install libmicrohttpd12")
X(COMPILER_TEXT, "compiler-text", DIAG_ERROR,
  "give the output of go build -gcflags=-m=2 (standard error), or a directory of -json=0 logs")
X(COMPILER_LINE, "compiler-line", DIAG_WARNING, "the line was passed over; the rest was read")
X(COMPILER_LEVEL, "compiler-level", DIAG_WARNING,
  "use -gcflags=all=-m=2: with -m alone there are verdicts but no stories")
X(COMPILER_LIMIT, "compiler-limit", DIAG_ERROR, "analyse fewer packages at a time")
X(COMPILER_NO_GO, "compiler-no-go", DIAG_ERROR,
  "install Go, or give the compiler's text with -diagnostics FILE")
X(COMPILER_BUILD, "compiler-build", DIAG_ERROR, "mend the build errors above and try again")
X(COMPILER_UNIT, "compiler-unit", DIAG_ERROR,
  "let go vet call it: go vet -vettool=$(which unheap) ./...")
X(COMPILER_EMPTY, "compiler-empty", DIAG_ERROR, "name packages that exist in this module")
X(SOURCE_READ, "source-read", DIAG_NOTE, "reasons that need the source are left out for this file")
X(JOIN_FOREIGN, "join-foreign", DIAG_ERROR,
  "analyse the commit the profile's program was built from, or use -map FROM=TO")
X(JOIN_PARTIAL, "join-partial", DIAG_WARNING,
  "the named functions or lines do not exist in these diagnostics")
X(JOIN_OTHER_BUILD, "join-other-build", DIAG_WARNING,
  "give the very file that ran; calls are found by function and line now")
X(BINARY_FORMAT, "binary-format", DIAG_ERROR,
  "give an executable made by the Go toolchain for Linux, Windows or macOS")
X(BINARY_MACHINE, "binary-machine", DIAG_ERROR, "give a program for amd64 or arm64")
X(BINARY_PACKED, "binary-packed", DIAG_ERROR, "unpack it first: upx -d FILE")
X(BINARY_NOT_GO, "binary-not-go", DIAG_ERROR,
  "give a program made by the Go toolchain, 1.18 or newer, that is not obfuscated")
X(BINARY_DAMAGED, "binary-damaged", DIAG_ERROR, "copy the file again: a table in it is damaged")
X(BINARY_NO_TYPE, "binary-no-type", DIAG_ERROR,
  "give the whole name, as unheap bin -by type shows it")
X(BINARY_DISASSEMBLE, "binary-disassemble", DIAG_ERROR,
  "run `go tool objdump` on the program to see what it says")
X(BINARY_DISASSEMBLER, "binary-disassembler", DIAG_ERROR,
  "install it: apt-get install libcapstone4")
X(BINARY_LIMIT, "binary-limit", DIAG_ERROR, "the program is larger than unheap reads")
X(BINARY_CUT, "binary-cut", DIAG_WARNING,
  "the rest was read; what is listed is true but not all of it")
X(LIVE_NO_PROCESS, "live-no-process", DIAG_ERROR,
  "look its number up with ps; inside a container processes have other numbers than outside")
X(LIVE_NO_CGROUP, "live-no-cgroup", DIAG_ERROR,
  "give a folder as /sys/fs/cgroup/... or a name as /proc/PID/cgroup has it")
X(LIVE_NO_FIGURES, "live-no-figures", DIAG_ERROR,
  "give the address of the program's own server, where expvar, Prometheus or pprof is served")
X(LEDGER_CAUSES, "ledger-causes", DIAG_ERROR,
  "make the report with unheap hot -json -profile heap.pb.gz PACKAGES")
X(LIVE_REFUSED, "live-refused", DIAG_ERROR,
  "run unheap as the process's user or as root, with what is named above")
X(LIVE_ENDED, "live-ended", DIAG_ERROR, "the process has ended or runs another program now")
X(LIVE_UNKNOWN, "live-unknown", DIAG_ERROR,
  "build the program with a Go release from 1.18 to 1.26, not obfuscated")
X(LIVE_VERSION, "live-version", DIAG_WARNING,
  "this release is newer than unheap knows; what was read was checked, compare it once")
X(WATCH_RULE, "watch-rule", DIAG_ERROR,
  "write it as in 'rss>85%', 'growth>20%/1m', 'time_to_oom<60s cool 5m do capture+webhook'")
X(WATCH_PATTERN, "watch-pattern", DIAG_ERROR,
  "give a regular expression of Go's syntax, as in -match '^shop'")
X(WATCH_FOLDER, "watch-folder", DIAG_ERROR, "give a folder that this user may write into")
X(WATCH_HISTORY, "watch-history", DIAG_ERROR,
  "give a file in a folder that may be written into; move one that is no history of ours away")
X(WATCH_CGROUP, "watch-cgroup", DIAG_ERROR,
  "give its folder, as in /sys/fs/cgroup/system.slice/shop.service, or what /proc/PID/cgroup says")
X(GATE_BASELINE, "gate-baseline", DIAG_ERROR,
  "restore the file from git, or write it anew with unheap gate -update")
X(GATE_NO_BASELINE, "gate-no-baseline", DIAG_ERROR,
  "unheap gate -init begins one; -base-rev REV compares with a revision instead")
X(GATE_CONFLICT, "gate-conflict", DIAG_ERROR,
  "resolve them (either side will do), then run unheap gate -update")
X(GATE_NEWER, "gate-newer", DIAG_ERROR, "use the unheap that wrote it, or a newer one")
X(GATE_POLICY, "gate-policy", DIAG_ERROR, "mend the line; README.md lists what a policy may say")
X(GATE_EXPIRED, "gate-expired", DIAG_WARNING, "decide anew: mend it, or give it a later date")
X(GATE_REVISION, "gate-revision", DIAG_ERROR,
  "name a revision that git rev-parse knows; fetch it first if it is another branch's")
X(GATE_SHALLOW, "gate-shallow", DIAG_ERROR,
  "deepen the clone: git fetch --unshallow (GitHub Actions: fetch-depth: 0)")
X(GATE_NO_GIT, "gate-no-git", DIAG_ERROR,
  "run it inside a git work tree with git on the PATH, or use a baseline file")
X(GATE_DIRTY, "gate-dirty", DIAG_ERROR,
  "commit or stash first, or say -dirty: then what is not committed counts as new")
X(USAGE, "usage", DIAG_ERROR, "see the verb's -h")
