import Testing

/// The program as its users meet it: started as a process, judged by what it prints, leaves on disk
/// and does to its terminal. One test after the other, because each keeps the machine busy.
@Suite(.serialized) struct CommandTests {}
