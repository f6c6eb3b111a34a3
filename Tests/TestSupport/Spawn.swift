import Foundation

/// Starts a process with streams, signals and session of its own.
enum Spawn {
  #if canImport(Darwin)
    private typealias FileActions = posix_spawn_file_actions_t?
    private typealias Attributes = posix_spawnattr_t?
    private static let newSession = POSIX_SPAWN_SETSID
  #else
    private typealias FileActions = posix_spawn_file_actions_t
    private typealias Attributes = posix_spawnattr_t
    private static let newSession: Int32 = 0x80
  #endif

  /// - Parameters:
  ///   - terminalPath: becomes the terminal that controls the process, and its input and output;
  ///     nil for an empty input and `output`.
  static func start(
    _ program: String, _ arguments: [String], _ environment: [String: String],
    terminalPath: String?, output: Int32?, error: Int32
  ) throws -> pid_t {
    #if canImport(Darwin)
      var actions: FileActions = nil
      var attributes: Attributes = nil
    #else
      var actions = FileActions()
      var attributes = Attributes()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // The first terminal that the leader of a session opens controls it.
    posix_spawn_file_actions_addopen(&actions, 0, terminalPath ?? "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, output ?? 0, 1)
    posix_spawn_file_actions_adddup2(&actions, error, 2)
    // Whatever the test runner ignores or blocks, the program starts as from a shell.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGTSTP, SIGWINCH] {
      sigaddset(&signals, number)
    }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var argumentPointers = ([program] + arguments).map { strdup($0) } + [nil]
    var environmentPointers = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var identifier: pid_t = 0
    let number = posix_spawn(
      &identifier, program, &actions, &attributes, &argumentPointers, &environmentPointers)
    guard number == 0 else {
      throw ChildProcess.Failure(
        description: "cannot start \(program): \(String(cString: strerror(number)))")
    }
    return identifier
  }
}
