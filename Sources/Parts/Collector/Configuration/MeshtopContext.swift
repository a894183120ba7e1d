internal import HTTPTransport
internal import JSONWire
package import SystemIO

/// One mesh as a configuration names it: where its targets come from, how they are asked and how it is shown.
package struct MeshtopContext: Hashable, Sendable {
    package var name: String
    package var control: SocketAddress?
    package var sources: TargetSources
    /// A cluster whose pods are targets; its kubeconfig is not read yet.
    package var kubernetes: KubernetesReference?
    /// A server that scrapes the mesh's proxies.
    package var prometheus: PrometheusConfiguration?
    package var interval: Duration?
    package var window: Duration?
    /// Where the mesh's traces are kept: another meshtop, a Jaeger, a Tempo, a Zipkin.
    package var traces: TraceServerConfiguration?
    /// Where metrics, and traces, are taken that are pushed.
    package var receive: SocketAddress?
    /// Where what was counted is kept for longer.
    package var history: HistoryPlace?
    /// Whether people live on it: then its name is typed before anything in it is changed.
    package var isProduction = false

    package init(
        name: String, control: SocketAddress? = nil, sources: TargetSources = TargetSources(),
        prometheus: PrometheusConfiguration? = nil, interval: Duration? = nil, window: Duration? = nil,
        traces: TraceServerConfiguration? = nil, receive: SocketAddress? = nil
    ) {
        self.name = name
        self.control = control
        self.sources = sources
        self.prometheus = prometheus
        self.interval = interval
        self.window = window
        self.traces = traces
        self.receive = receive
    }

    private static let fields = [
        "name", "control", "targets", "targetFiles", "targetURLs", "targetServices", "dnsServer", "auth", "tls",
        "kubernetes", "prometheus", "interval", "window", "traces", "receive", "history",
        "production",
    ]

    init(_ reader: SchemaReader, places: ConfigPlaces) throws(SchemaError) {
        let fields = try reader.fields(Self.fields)
        self.init(name: try fields.required("name").nonEmptyString())
        control = try fields["control"]?.socketAddress(like: "127.0.0.1:15010")
        traces = try fields["traces"]?.traces(places)
        receive = try fields["receive"]?.socketAddress(like: "0.0.0.0:4318")
        sources.dnsServer = try fields["dnsServer"]?.socketAddress(like: "10.0.0.2:53")
        sources.targets = try fields["targets"]?.targetURLs().map { TargetEntry(url: $0) } ?? []
        sources.urls = try fields["targetURLs"]?.targetURLs() ?? []
        for file in try fields["targetFiles"]?.items() ?? [] {
            sources.files.append(places.path(try file.nonEmptyString()))
        }
        for service in try fields["targetServices"]?.items() ?? [] {
            let name = try service.string()
            guard TargetHost.isName(name[...]) else {
                throw service.error("\"\(name.prefix(80))\" is not a name in DNS; write _metrics._tcp.mesh.example")
            }
            sources.services.append(name)
        }
        if let auth = fields["auth"] { sources.access.credentials = try auth.credentials(places) }
        if let tls = fields["tls"] { sources.access.tls = try tls.tls(places) }
        kubernetes = try fields["kubernetes"]?.kubernetes(places)
        prometheus = try fields["prometheus"]?.prometheus(places)
        interval = try fields["interval"]?.duration(atLeast: .milliseconds(100), "100ms")
        window = try fields["window"]?.duration(atLeast: .seconds(1), "1s")
        history = try fields["history"]?.history(places)
        isProduction = try fields["production"]?.bool() ?? false
    }
}

extension SchemaReader {
    fileprivate func socketAddress(like example: String) throws(SchemaError) -> SocketAddress {
        let text = try string()
        guard let address = SocketAddress(text) else {
            throw error("\"\(text.prefix(80))\" is not an address; write one like \(example)")
        }
        return address
    }

    fileprivate func targetURLs() throws(SchemaError) -> [TargetURL] {
        try each { (item) throws(SchemaError) in
            let text = try item.string()
            guard let url = TargetURL(text) else {
                throw item.error(
                    "\"\(text.prefix(80))\" is neither an address nor a URL; write cart.example:15090 or "
                        + "https://cart.example/metrics")
            }
            return url
        }
    }

    fileprivate func duration(atLeast least: Duration, _ word: String) throws(SchemaError) -> Duration {
        let duration = try duration()
        guard duration >= least, duration <= .seconds(86_400) else { throw error("must be between \(word) and 24h") }
        return duration
    }

    fileprivate func kubernetes(_ places: ConfigPlaces) throws(SchemaError) -> KubernetesReference {
        let fields = try fields(["kubeconfig", "context", "namespaces"])
        var file = try fields["kubeconfig"]?.nonEmptyString()
        if file != KubernetesReference.surroundingWord { file = file.map { places.path($0) } }
        let namespaces = try fields["namespaces"]?.each { (item) throws(SchemaError) in
            let name = try item.string()
            guard KubernetesCluster.isNamespace(name) else {
                throw item.error("\"\(name.prefix(80))\" is not a namespace; write one like shop")
            }
            return name
        }
        return KubernetesReference(
            file: file, context: try fields["context"]?.nonEmptyString(), namespaces: namespaces ?? [])
    }

    /// `FILE`, or `{file: FILE, age: 7d, size: 1GB}`.
    fileprivate func history(_ places: ConfigPlaces) throws(SchemaError) -> HistoryPlace {
        if let file = value.string {
            guard !file.isEmpty else { throw error("expected a file like shop.history") }
            return HistoryPlace(file: places.path(file), isRequired: false)
        }
        let fields = try fields(["file", "age", "size"])
        var place = HistoryPlace(
            file: places.path(try fields.required("file").nonEmptyString()), isRequired: false)
        if let field = fields["age"] {
            guard let age = HistoryOptions.age(try field.string()) else {
                throw field.error("expected an age like 12h, 7d or 4w")
            }
            place.age = age
        }
        if let field = fields["size"] {
            guard let size = HistoryOptions.size(try field.string()) else {
                throw field.error("expected a size of 1MB or more, like 500MB or 20GB")
            }
            place.size = size
        }
        return place
    }

    fileprivate func prometheus(_ places: ConfigPlaces) throws(SchemaError) -> PrometheusConfiguration {
        let fields = try fields(["url", "matchers", "scrapeInterval", "headers", "auth", "tls"])
        let field = try fields.required("url")
        guard let url = TargetURL(try field.string()) else {
            throw field.error("expected a URL like https://mimir.example/prometheus")
        }
        var prometheus = PrometheusConfiguration(url: url)
        for matcher in try fields["matchers"]?.items() ?? [] {
            guard let matchers = LabelMatcher.list(try matcher.string()) else {
                throw matcher.error("expected a matcher like 'mesh_id=\"m\"'")
            }
            prometheus.matchers += matchers
        }
        for header in try fields["headers"]?.items() ?? [] {
            guard let field = PrometheusConfiguration.headerField(try header.string()) else {
                throw header.error("expected a header field like 'X-Scope-OrgID: shop'")
            }
            prometheus.headers.add(field.name, field.value)
        }
        if let interval = try fields["scrapeInterval"]?.duration(atLeast: .milliseconds(100), "100ms") {
            prometheus.scrapeInterval = interval
        }
        if let auth = fields["auth"] { prometheus.access.credentials = try auth.credentials(places) }
        if let tls = fields["tls"] { prometheus.access.tls = try tls.tls(places) }
        return prometheus
    }

    /// An address or a URL, or an object with more to say.
    fileprivate func traces(_ places: ConfigPlaces) throws(SchemaError) -> TraceServerConfiguration {
        if let text = value.string { return TraceServerConfiguration(url: try traceURL(text)) }
        let fields = try fields(["url", "api", "tenant", "headers", "timeout", "auth", "tls"])
        let field = try fields.required("url")
        var server = TraceServerConfiguration(url: try field.traceURL(try field.string()))
        if let field = fields["api"] {
            let names = TraceServerConfiguration.API.allCases.map(\.rawValue)
            guard let api = TraceServerConfiguration.API(rawValue: try field.string()) else {
                throw field.error("expected one of \(names.joined(separator: ", "))")
            }
            server.api = api
        }
        for header in try fields["headers"]?.items() ?? [] {
            guard let field = PrometheusConfiguration.headerField(try header.string()) else {
                throw header.error("expected a header field like 'X-Scope-OrgID: shop'")
            }
            server.headers.add(field.name, field.value)
        }
        if let field = fields["tenant"], !server.setTenant(try field.string()) {
            throw field.error("a tenant is one line of ASCII")
        }
        if let timeout = try fields["timeout"]?.duration(atLeast: .milliseconds(100), "100ms") {
            server.deadline = timeout
        }
        if let auth = fields["auth"] { server.access.credentials = try auth.credentials(places) }
        if let tls = fields["tls"] { server.access.tls = try tls.tls(places) }
        return server
    }

    private func traceURL(_ text: String) throws(SchemaError) -> TargetURL {
        guard let url = TargetURL(text) else {
            throw error(
                "\"\(text.prefix(80))\" is neither an address nor a URL; write 127.0.0.1:4318 or "
                    + "https://tempo.example")
        }
        return url
    }

    fileprivate func credentials(_ places: ConfigPlaces) throws(SchemaError) -> TargetAccess.Credentials {
        let fields = try fields(["bearerToken", "bearerTokenFile", "user", "password", "passwordFile"])
        let token = try fields.one(of: "bearerToken", "bearerTokenFile")
        let password = try fields.one(of: "password", "passwordFile")
        switch (token, fields["user"], password) {
        case (let token?, nil, nil):
            return .bearer(try token.value.secret(isFile: token.name.hasSuffix("File"), places))
        case (nil, let user?, let password?):
            let name = try user.nonEmptyString()
            // RFC 7617, section 2: the first colon ends the name.
            guard !name.contains(":") else { throw user.error("a user's name has no colon") }
            return .basic(
                user: name, password: try password.value.secret(isFile: password.name.hasSuffix("File"), places))
        case (_?, _, _): throw error("a token or a user and a password, not both")
        case (nil, _?, nil): throw error("a user needs password or passwordFile")
        case (nil, nil, _?): throw error("a password needs user")
        case (nil, nil, nil): throw error("expected bearerToken, bearerTokenFile, or user with a password")
        }
    }

    private func secret(isFile: Bool, _ places: ConfigPlaces) throws(SchemaError) -> TargetAccess.Secret {
        let text = try nonEmptyString()
        return isFile ? .file(places.path(text)) : .text(text)
    }

    fileprivate func tls(_ places: ConfigPlaces) throws(SchemaError) -> TargetAccess.TLS {
        let fields = try fields(["caFile", "certFile", "keyFile", "serverName", "insecure"])
        var tls = TargetAccess.TLS()
        tls.authorityFile = try fields["caFile"]?.nonEmptyString()
        tls.certificateFile = try fields["certFile"]?.nonEmptyString()
        tls.keyFile = try fields["keyFile"]?.nonEmptyString()
        guard (tls.certificateFile == nil) == (tls.keyFile == nil) else {
            throw error("certFile and keyFile belong together; name both or neither")
        }
        tls.authorityFile = tls.authorityFile.map { places.path($0) }
        tls.certificateFile = tls.certificateFile.map { places.path($0) }
        tls.keyFile = tls.keyFile.map { places.path($0) }
        tls.serverName = try fields["serverName"]?.nonEmptyString()
        tls.isInsecure = try fields["insecure"]?.bool() ?? false
        guard !tls.isInsecure || tls.authorityFile == nil else {
            throw error("insecure believes anybody, so caFile says nothing; leave one of them out")
        }
        return tls
    }
}
