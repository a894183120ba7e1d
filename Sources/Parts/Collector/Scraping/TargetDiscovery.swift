internal import HTTPTransport
internal import Quantities
internal import SystemIO

/// Asks a control plane for its targets, again and again.
///
/// When the control plane is gone the last list stands, and ``trouble`` says so. Belongs to the loop.
final class TargetDiscovery {
    private static let interval = Duration.seconds(2)
    /// Until there is a first target: a mesh that is just starting should be seen at once.
    private static let eagerInterval = Duration.milliseconds(100)
    private static let maximumBody = 16 << 20

    private let control: SocketAddress
    private let loop: EventLoop
    private let client: HTTPClient
    private let onList: ([TargetList.Entry]) -> Void
    private var hasTargets = false
    /// Why there is no list, or no new one, in words; nothing while all is well.
    private(set) var trouble: String?

    init(control: SocketAddress, loop: EventLoop, client: HTTPClient, onList: @escaping ([TargetList.Entry]) -> Void) {
        self.control = control
        self.loop = loop
        self.client = client
        self.onList = onList
    }

    func start() {
        let request = HTTPRequest("/v1/targets", headers: ["accept": "application/json"])
        client.send(request, to: control, deadline: .seconds(2), maximumBody: Self.maximumBody) { [self] result in
            let failure = take(result)
            trouble = failure.map { hasTargets ? "\($0); the last list of targets still counts" : $0 }
            loop.schedule(after: hasTargets ? Self.interval : Self.eagerInterval) { [self] in start() }
        }
    }

    /// Hands a list on, or tells why there is none.
    private func take(_ result: Result<HTTPResponse, HTTPClientError>) -> String? {
        switch result {
        case .success(let response) where response.status == 200:
            do throws(TargetList.Failure) {
                let list = try TargetList.parse(response.body)
                hasTargets = hasTargets || !list.isEmpty
                onList(list)
                return nil
            } catch {
                return "the list of targets of the control plane at \(control) cannot be read: \(error.message)"
            }
        case .success(let response):
            return "the control plane at \(control) answered \(response.status) when asked for its targets"
        case .failure(let failure):
            return "the control plane at \(control) does not answer: \(failure)"
        }
    }
}
