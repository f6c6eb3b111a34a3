import CZlib
import Foundation
import TestSupport

extension TemporaryFolder {
  /// `bytes` as gzip.
  func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
    let file = path + "/" + UUID().uuidString
    let handle = gzopen(file, "wb9")
    _ = bytes.withUnsafeBytes { gzwrite(handle, $0.baseAddress, UInt32($0.count)) }
    gzclose(handle)
    return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
  }
}
