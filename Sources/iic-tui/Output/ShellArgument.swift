import RunStorage

extension RunFolder {
  /// What a shell gives a command for the run: its name where commands look by themselves, else its
  /// path; in quotes where it needs them.
  var shellArgument: String {
    let isInPlace = RunsFolder(path: nil).url.path == url.deletingLastPathComponent().path
    let text = isInPlace ? name : url.path
    let isPlain = text.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber) || "/._-+,:@".contains($0)
    }
    return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
