/* The runtime's variables that are looked up: X(NAME, "symbol"). A variable that only some
 * releases have is found in those. */
X(FIRST_MODULE, "runtime.firstmoduledata")
X(MBUCKETS, "runtime.mbuckets")
X(MPROF, "runtime.mProf")             /* up to Go 1.18 */
X(MPROF_CYCLE, "runtime.mProfCycle")  /* since Go 1.19 */
X(PROF_LOCK, "runtime.proflock")      /* up to Go 1.18 */
X(PROF_ACTIVE_LOCK, "runtime.profMemActiveLock")
X(PROF_FUTURE_LOCK, "runtime.profMemFutureLock")
X(MEM_PROFILE_RATE, "runtime.MemProfileRate")
X(DISABLE_PROFILING, "runtime.disableMemoryProfiling")
X(MEMSTATS, "runtime.memstats")
X(GC_CONTROLLER, "runtime.gcController")
X(MHEAP, "runtime.mheap_")
X(WORK, "runtime.work")
X(SCHED, "runtime.sched")
X(ALLGS, "runtime.allgs")
X(ALLGLEN, "runtime.allglen")
X(ALLGPTR, "runtime.allgptr")
X(ALLP, "runtime.allp")
X(GOMAXPROCS, "runtime.gomaxprocs")
X(DEBUG, "runtime.debug")
