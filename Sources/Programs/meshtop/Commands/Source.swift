import Collector
import HTTPTransport
import MeshModel
import Quantities
import Steering
import SystemIO

/// Which mesh a command looks at: what its options name, else a context of the configuration file, else the control plane
/// at its usual place.
///
/// Options that name a mesh stand alone: a context's token is not for whatever somebody types. With `--context` as well,
/// both count, and an option wins over what the context says of the same thing.
struct Source {
    /// For commands that speak with a control plane.
    static let controlOptions = [
        Option(name: "--control", value: "ADDRESS", summary: "a control plane (default 127.0.0.1:15010)"),
        Option(
            name: "--config", value: "FILE",
            summary: "contexts of meshes (default ~/.config/meshtop/config.yaml)"),
        Option(name: "--context", value: "NAME", summary: "one of them (default its current-context)"),
    ]
    /// For commands that look at traffic.
    static let options =
        controlOptions + targetOptions + KubernetesReference.options + [receiveOption] + PrometheusConfiguration.options
        + TargetAccess.options
    static let defaultControl = "127.0.0.1:15010"

    private static let receiveOption = Option(
        name: "--receive", value: "ADDRESS",
        summary:
            "take what is pushed here, as 0.0.0.0:4318: Prometheus' remote write, OTLP; spans alone make a graph, too")

    private static let targetOptions = [
        Option(
            name: "--target", value: "ADDRESS",
            summary: "a proxy's metrics, 127.0.1.7:15090 or https://cart:9090/metrics; may be repeated",
            mayRepeat: true),
        Option(
            name: "--targets-file", value: "FILE",
            summary: "targets in Prometheus' file_sd form, watched; may be repeated", mayRepeat: true),
        Option(
            name: "--targets-url", value: "URL",
            summary: "targets in Prometheus' http_sd form; may be repeated", mayRepeat: true),
        Option(
            name: "--targets-srv", value: "NAME",
            summary: "targets of a DNS service record, _metrics._tcp.mesh.example; may be repeated", mayRepeat: true),
        Option(name: "--dns-server", value: "ADDRESS", summary: "where names are looked up (default as this machine)"),
    ]

    /// Nothing when only targets were named.
    var control: SocketAddress?
    var targets: TargetSources
    /// A server that has scraped the proxies.
    var prometheus: PrometheusConfiguration?
    /// What the context says of these.
    var interval: Duration?
    var window: Duration?
    var traces: TraceServerConfiguration?
    /// Where metrics are taken that are pushed; nothing when none are wanted.
    var receive: SocketAddress?
    /// Where what was counted is kept; nothing when it is not.
    var history: HistoryPlace?
    /// What people call it.
    var name: String
    /// Whether it is one that people live on: its name is typed before it is changed.
    var isProduction = false

    init(_ invocation: Invocation) throws {
        var named = MeshtopContext(name: "")
        try named.add(invocation)
        let namesMesh =
            named.control != nil || !named.sources.isEmpty || named.kubernetes != nil || named.prometheus != nil
            || named.receive != nil
        let configured = namesMesh && !invocation.has("--context") ? nil : try ConfigFile.context(invocation)
        var context = configured ?? MeshtopContext(name: "")
        context.override(by: named)
        context.sources.access = try context.sources.access.adding(invocation)
        context.prometheus = try context.prometheus?.adding(invocation)
        if let cluster = try context.kubernetes?.cluster() { context.sources.clusters = [cluster] }
        if context.control == nil, context.sources.isEmpty, context.prometheus == nil, context.receive == nil {
            context.control = SocketAddress(Self.defaultControl)
        }

        control = context.control
        targets = context.sources
        prometheus = context.prometheus
        interval = context.interval
        window = context.window
        traces = context.traces
        receive = context.receive
        history = try HistoryPlace(invocation, configured: context.history)
        isProduction = context.isProduction
        let firstName =
            targets.isEmpty ? prometheus?.url.description ?? receive?.description : targets.firstName
        name = context.name.isEmpty ? control?.description ?? firstName ?? "" : context.name
    }

    /// A control plane, and nothing from any file.
    init(control: SocketAddress?) {
        self.control = control
        targets = TargetSources()
        name = control?.description ?? ""
    }

    /// Whether nobody is asked for metrics: a graph may have to be made of spans.
    var onlyReceives: Bool { receive != nil && control == nil && targets.isEmpty && prometheus == nil }

    /// The control plane's address; a sentence when only targets were named.
    func requireControl() throws(CommandFailure) -> SocketAddress {
        guard let control else { throw CommandFailure("weights live in a control plane; name one with --control") }
        return control
    }

    /// How long a mesh of which nothing answers may be waited for.
    ///
    /// Who pushes does so once a minute, as usual; nobody can be asked.
    var patience: Duration {
        receive != nil ? .seconds(90) : prometheus.map { $0.deadline + .seconds(3) } ?? .seconds(3)
    }

    /// Says what was looked for when nothing is there.
    static func nothingFound(_ control: SocketAddress, _ reason: String) -> CommandFailure {
        CommandFailure(
            "no mesh found: the control plane at \(control) does not answer (\(reason)). "
                + "Start one with meshtop demo, or name another with --control, --target or --prometheus.")
    }

    static func address(_ text: String, of option: String) throws(UsageError) -> SocketAddress {
        let bare = text.hasPrefix("http://") ? String(text.dropFirst("http://".count)) : text
        guard let address = SocketAddress(String(bare.prefix { $0 != "/" })) else {
            throw UsageError("\(option) wants an address like 127.0.0.1:15010, not “\(text)”")
        }
        return address
    }
}

extension MeshtopContext {
    /// Adds what the command line names.
    fileprivate mutating func add(_ invocation: Invocation) throws(UsageError) {
        if let text = invocation.value("--control") { control = try Source.address(text, of: "--control") }
        if let text = invocation.value("--receive") { receive = try Source.address(text, of: "--receive") }
        for text in invocation.allValues("--target") {
            sources.targets.append(TargetEntry(url: try Self.url(text, of: "--target")))
        }
        sources.files = invocation.allValues("--targets-file")
        for text in invocation.allValues("--targets-url") {
            sources.urls.append(try Self.url(text, of: "--targets-url"))
        }
        for text in invocation.allValues("--targets-srv") {
            guard TargetHost.isName(text[...]) else {
                throw UsageError("--targets-srv wants a name in DNS like _metrics._tcp.mesh.example, not “\(text)”")
            }
            sources.services.append(text)
        }
        if let text = invocation.value("--dns-server") {
            // DNS has a port of its own, which nobody writes.
            guard let server = SocketAddress(text) ?? SocketAddress(ip: text, port: 53) else {
                throw UsageError("--dns-server wants an address like 10.0.0.2 or 10.0.0.2:53, not “\(text)”")
            }
            sources.dnsServer = server
        }
        kubernetes = try KubernetesReference(invocation)
        if let text = invocation.value("--prometheus") {
            prometheus = PrometheusConfiguration(url: try Self.url(text, of: "--prometheus"))
        }
    }

    /// Takes over what another context says of the mesh, thing by thing.
    fileprivate mutating func override(by other: MeshtopContext) {
        control = other.control ?? control
        if !other.sources.targets.isEmpty { sources.targets = other.sources.targets }
        if !other.sources.files.isEmpty { sources.files = other.sources.files }
        if !other.sources.urls.isEmpty { sources.urls = other.sources.urls }
        if !other.sources.services.isEmpty { sources.services = other.sources.services }
        sources.dnsServer = other.sources.dnsServer ?? sources.dnsServer
        kubernetes = other.kubernetes ?? kubernetes
        // Another server is not told the secrets of this one.
        prometheus = other.prometheus ?? prometheus
        receive = other.receive ?? receive
    }

    private static func url(_ text: String, of option: String) throws(UsageError) -> TargetURL {
        guard let url = TargetURL(text) else {
            let example = option == "--prometheus" ? "https://mimir.example/prometheus" : "https://cart.example/metrics"
            throw UsageError("\(option) wants HOST:PORT or a URL like \(example), not “\(text)”")
        }
        return url
    }
}

extension TargetSources {
    /// The first thing that is named, for a title.
    fileprivate var firstName: String {
        targets.first?.url.host.description ?? files.first ?? urls.first?.description ?? services.first
            ?? clusters.first?.name ?? ""
    }
}
