/// Why the mesh could not be asked, or did not answer in a way that can be used.
package enum SteeringError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nobody there: the address, and the transport's own words.
    case unreachable(address: String, reason: String)
    /// The API refused: what was asked, its status, and its message.
    case refused(request: String, status: Int, message: String)
    /// The answer is not what the API promises.
    case malformed(request: String, reason: String)
    /// The change itself makes no sense.
    case invalid(String)

    package var description: String {
        switch self {
        case .unreachable(let address, let reason):
            "no control plane answers on \(address): \(reason); is it running? `meshtop demo` starts one"
        case .refused(let request, let status, let message): "\(request): \(status): \(message)"
        case .malformed(let request, let reason): "\(request): the answer cannot be used: \(reason)"
        case .invalid(let reason): reason
        }
    }
}
