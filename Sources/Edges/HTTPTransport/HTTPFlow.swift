/// How far one end of an exchange may be ahead of the other.
package enum HTTPFlow {
    /// Bytes that a sender may leave with a connection that does not take them, before it must wait.
    package static let highWatermark = 64 * 1024
}
