internal import JSONWire
internal import YAMLWire

/// What a person has written down about meshes to look at: `~/.config/meshtop/config.yaml`.
///
/// ```yaml
/// current-context: shop
/// contexts:
/// - name: shop
///   control: 127.0.0.1:15010
///   targets: [cart.shop.example:15090, "https://10.0.0.7:9090/metrics"]
///   targetFiles: [targets.yaml]
///   targetURLs: ["http://sd.shop.example/targets"]
///   targetServices: [_metrics._tcp.shop.example]
///   kubernetes: {kubeconfig: ~/.kube/config, context: prod, namespaces: [shop]}
///   dnsServer: 10.0.0.2:53
///   auth: {bearerTokenFile: token}
///   tls: {caFile: ca.pem, certFile: me.pem, keyFile: me.key, serverName: cart, insecure: false}
///   prometheus:
///     url: https://mimir.example/prometheus
///     matchers: ['mesh_id="shop"']
///     scrapeInterval: 15s
///     headers: ["X-Scope-OrgID: shop"]
///     auth: {user: reader, passwordFile: mimir.password}
///     tls: {caFile: mimir.pem}
///   interval: 1s
///   window: 60s
///   history: {file: shop.history, age: 7d, size: 1GB}
///   traces:
///     url: https://tempo.example
///     api: tempo
///     tenant: shop
///     headers: ["X-Team: mesh"]
///     timeout: 10s
///     auth: {bearerTokenFile: tempo.token}
///     tls: {caFile: tempo.pem}
///   # or only where: traces: 127.0.0.1:4318
/// ```
package struct MeshtopConfig: Hashable, Sendable {
    package var contexts: [MeshtopContext]
    /// The context to use when none is asked for; always one of ``contexts``.
    package var currentContext: String?

    /// Why a configuration cannot be used: `FILE:LINE:COLUMN: what is wrong, and what would be right`.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    package init(contexts: [MeshtopContext] = [], currentContext: String? = nil) {
        self.contexts = contexts
        self.currentContext = currentContext
    }

    /// Reads a configuration. An empty one is fine.
    ///
    /// - Parameters:
    ///   - file: its path, for errors; other files that it names without a leading slash are beside it.
    ///   - home: what `~/` stands for in paths.
    package static func parse(_ bytes: [UInt8], file: String, home: String? = nil) throws(Failure) -> MeshtopConfig {
        let documents: [YAMLDocument]
        do throws(YAMLError) {
            documents = try YAMLParser.parse(bytes, file: file)
        } catch {
            throw Failure(description: error.description)
        }
        guard let document = documents.first else { return MeshtopConfig() }
        do throws(SchemaError) {
            guard documents.count == 1 else { throw SchemaError(at: .root, "expected one document only") }
            return try read(SchemaReader(document.value), places: ConfigPlaces(file: file, home: home))
        } catch {
            throw Failure(description: "\(file):\(document.position(of: error.pointer)): \(error)")
        }
    }

    private static func read(_ reader: SchemaReader, places: ConfigPlaces) throws(SchemaError) -> MeshtopConfig {
        let fields = try reader.fields(["current-context", "contexts"])
        var config = MeshtopConfig()
        for item in try fields["contexts"]?.items() ?? [] {
            let context = try MeshtopContext(item, places: places)
            guard !config.contexts.contains(where: { $0.name == context.name }) else {
                throw SchemaError(
                    at: item.pointer.appending("name"), "there are two contexts \"\(context.name)\"; rename one")
            }
            config.contexts.append(context)
        }
        if let current = fields["current-context"] {
            let name = try current.nonEmptyString()
            guard config.contexts.contains(where: { $0.name == name }) else {
                throw current.error(config.missing(name))
            }
            config.currentContext = name
        }
        return config
    }

    /// The context of that name; or, without a name, the current one, the only one, or none at all when there are none.
    ///
    /// - Parameter file: for the error.
    package func context(named name: String?, file: String) throws(Failure) -> MeshtopContext? {
        if let name = name ?? currentContext {
            guard let context = contexts.first(where: { $0.name == name }) else {
                throw Failure(description: "\(file): \(missing(name))")
            }
            return context
        }
        guard contexts.count > 1 else { return contexts.first }
        throw Failure(
            description: "\(file): it has several contexts and no current-context; choose one with --context: \(names)")
    }

    private func missing(_ name: String) -> String {
        guard !contexts.isEmpty else { return "there is no context \"\(name)\"; contexts are listed under contexts:" }
        let near = nearestName(to: name, among: contexts.map(\.name))
        return "there is no context \"\(name)\"; " + (near.map { "did you mean \"\($0)\"?" } ?? "there are: \(names)")
    }

    private var names: String { contexts.map(\.name).joined(separator: ", ") }
}

/// Where the files are that a configuration names.
struct ConfigPlaces {
    private let directory: String
    private let home: String?

    init(file: String, home: String?) {
        directory = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        self.home = home
    }

    func path(_ text: String) -> String {
        if text.hasPrefix("/") { return text }
        if let home, text.hasPrefix("~/") { return home + text.dropFirst() }
        return directory + text
    }
}
