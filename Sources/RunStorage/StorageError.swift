import Foundation
import GRDB
import Settings

/// Why something on disk could not be read or written: one line that starts with the path.
package struct StorageError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The file or folder that it is about.
  package var path: String
  /// What is wrong with it, with the offset or the field, and what was expected.
  package var problem: String

  package init(_ url: URL, _ problem: String) {
    self.path = url.path
    self.problem = problem
  }

  package var description: String {
    (path.isEmpty ? problem : "\(path): \(problem)").onOneLine
  }
  package var errorDescription: String? { description }
}

/// Runs `body`; whatever it throws becomes a `StorageError` about `url`.
func storing<Result>(
  _ url: URL, _ action: String, _ body: () throws -> Result
) throws(StorageError) -> Result {
  do {
    return try body()
  } catch let error as StorageError {
    throw error
  } catch let error as DatabaseError {
    throw StorageError(url, "cannot \(action): \(error.message ?? "SQLite \(error.resultCode)")")
  } catch let error as CocoaError {
    throw StorageError(url, "cannot \(action): \(reason(error))")
  } catch {
    throw StorageError(url, "cannot \(action): \(error)")
  }
}

/// The system's own words for the error number of the last failed call.
func systemReason(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }

/// Foundation hides the system's error number one level down.
private func reason(_ error: CocoaError) -> String {
  if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError,
    underlying.domain == NSPOSIXErrorDomain
  {
    return systemReason(Int32(underlying.code))
  }
  if let underlying = error.userInfo[NSUnderlyingErrorKey] as? POSIXError {
    return systemReason(underlying.code.rawValue)
  }
  return switch error.code {
  case .fileNoSuchFile, .fileReadNoSuchFile: "no such file"
  case .fileReadNoPermission, .fileWriteNoPermission: "permission denied"
  case .fileWriteOutOfSpace: "no space left on device"
  case .fileWriteFileExists: "it exists already"
  default: error.localizedDescription
  }
}
