internal import Glibc

/// What a system call on a non-blocking descriptor came to.
package enum SystemCallOutcome: Hashable, Sendable {
    /// It returned this value: a byte count, a descriptor, zero.
    case value(Int)
    /// Nothing could be done now; the event loop tells when to try again.
    case wouldBlock
    /// It failed with this `errno`.
    case failed(CInt)
}

/// Makes a system call: repeats it while signals interrupt it and sorts its result. Every call of this module that can
/// be interrupted or would block goes through here.
@inline(__always)
func systemCall<Value: FixedWidthInteger & SignedInteger>(_ call: () -> Value) -> SystemCallOutcome {
    while true {
        let result = call()
        if result >= 0 { return .value(Int(result)) }
        let code = errno
        switch code {
        case EINTR: continue
        case EAGAIN: return .wouldBlock
        default: return .failed(code)
        }
    }
}

/// The same for calls where failure, and also "would block", is an error to report.
@discardableResult
func require<Value: FixedWidthInteger & SignedInteger>(
    _ name: String, _ subject: @autoclosure () -> String = "", _ call: () -> Value
) throws(SystemError) -> Int {
    switch systemCall(call) {
    case .value(let value): return value
    case .wouldBlock: throw SystemError(call: name, code: EAGAIN, subject: subject())
    case .failed(let code): throw SystemError(call: name, code: code, subject: subject())
    }
}
