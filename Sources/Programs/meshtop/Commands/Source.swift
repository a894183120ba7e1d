import Collector
import HTTPTransport
import MeshModel
import Quantities
import Steering
import SystemIO

/// Which mesh a command looks at.
struct Source {
    static let options = [
        Option(name: "--control", value: "ADDRESS", summary: "a control plane (default 127.0.0.1:15010)"),
        Option(
            name: "--target", value: "ADDRESS", summary: "a proxy's metrics, 127.0.1.7:15090; may be repeated",
            mayRepeat: true),
    ]
    static let defaultControl = "127.0.0.1:15010"

    /// Nothing when only targets were named.
    var control: SocketAddress?
    var targets: [SocketAddress]

    init(_ invocation: Invocation) throws(UsageError) {
        targets = []
        for text in invocation.allValues("--target") { targets.append(try Self.address(text, of: "--target")) }
        if let text = invocation.value("--control") {
            control = try Self.address(text, of: "--control")
        } else if targets.isEmpty {
            control = SocketAddress(Self.defaultControl)
        }
    }

    /// The control plane's address; a sentence when only targets were named.
    func requireControl() throws(CommandFailure) -> SocketAddress {
        guard let control else { throw CommandFailure("weights live in a control plane; name one with --control") }
        return control
    }

    /// Says what was looked for when nothing is there.
    static func nothingFound(_ control: SocketAddress, _ reason: String) -> CommandFailure {
        CommandFailure(
            "no mesh found: the control plane at \(control) does not answer (\(reason)). "
                + "Start one with meshtop demo, or name another with --control or --target.")
    }

    static func address(_ text: String, of option: String) throws(UsageError) -> SocketAddress {
        let bare = text.hasPrefix("http://") ? String(text.dropFirst("http://".count)) : text
        guard let address = SocketAddress(String(bare.prefix { $0 != "/" })) else {
            throw UsageError("\(option) wants an address like 127.0.0.1:15010, not “\(text)”")
        }
        return address
    }
}
