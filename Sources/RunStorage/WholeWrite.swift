import Foundation

/// Writes all of `bytes` to a descriptor, however long its reader takes. Returns 0, or the system's
/// error number.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  var rest = bytes
  while !rest.isEmpty {
    let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
    if count < 0 {
      if errno == EINTR { continue }
      guard errno == EAGAIN || errno == EWOULDBLOCK else { return errno }
      // Somebody else made the pipe one that does not wait.
      var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&polled, 1, -1)
      continue
    }
    guard count > 0 else { return EIO }
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
  }
  return 0
}
