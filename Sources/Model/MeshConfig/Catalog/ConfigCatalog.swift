package import JSONWire
package import MeshModel

/// Every object of a mesh's configuration, judged and connected: what a person looks through.
///
/// Built from objects as the API serves them. One that cannot be read is listed with its problem, one of a kind that is
/// not known here without any, and the others are judged as if these were not there.
package struct ConfigCatalog: Sendable {
    /// The state of the configuration that this is; nothing when the API tells no such thing.
    package let revision: String?
    /// Sorted by kind, namespace and name.
    package let entries: [ConfigEntry]
    private let positions: [ConfigKey: Int]
    /// The entries that concern a host, and those that concern all.
    private let positionsByHost: [String: [Int]]
    private let meshWide: [Int]
    private let settings: MeshSettings

    package init(
        _ objects: [(resource: ConfigResource, body: JSONValue)], revision: String? = nil,
        settings: MeshSettings = MeshSettings()
    ) {
        self.revision = revision
        self.settings = settings
        var entries = objects.map { ConfigEntry($0.resource, $0.body) }.sorted { $0.key < $1.key }
        var positions: [ConfigKey: Int] = [:]
        for (position, entry) in entries.enumerated() { positions[entry.key] = position }

        var read: [ConfigObject] = []
        for index in entries.indices where ResourceKind(rawValue: entries[index].key.kind) != nil {
            do throws(SchemaError) {
                read.append(try ConfigObject(entries[index].body))
                entries[index].problems = []
            } catch {
                entries[index].problems = [ConfigProblem(error)]
            }
        }
        let mesh = MeshConfiguration(read, settings: settings)
        for problem in mesh.problems {
            guard let key = problem.object, let position = positions[ConfigKey(key)] else { continue }
            entries[position].problems?.append(problem)
        }
        let subjects = ConfigSubjects(mesh)
        for object in mesh.objects {
            guard let position = positions[ConfigKey(object.key)] else { continue }
            entries[position].references = mesh.references(of: object)
            (entries[position].hosts, entries[position].isMeshWide) = subjects.hosts(of: object)
        }
        for reference in entries.flatMap(\.references) {
            if let position = positions[reference.target] { entries[position].referrers.append(reference) }
        }
        var positionsByHost: [String: [Int]] = [:]
        for (position, entry) in entries.enumerated() {
            for host in entry.hosts { positionsByHost[host, default: []].append(position) }
        }
        self.positionsByHost = positionsByHost
        meshWide = entries.indices.filter { entries[$0].isMeshWide }
        self.entries = entries
        self.positions = positions
    }

    package subscript(_ key: ConfigKey) -> ConfigEntry? { positions[key].map { entries[$0] } }

    /// The objects that concern a service of the mesh, or a host outside it.
    package func entries(concerning service: ServiceName) -> [ConfigEntry] {
        let hosts = [service.host(domain: settings.domain), service.name]
        return Set(hosts.flatMap { positionsByHost[$0] ?? [] } + meshWide).sorted().map { entries[$0] }
    }

    /// The first of the entry's hosts that is a service of the mesh, else its first host as a name without a namespace.
    package func service(of entry: ConfigEntry) -> ServiceName? {
        let end = ".svc.\(settings.domain)"
        for host in entry.hosts where host.hasSuffix(end) {
            let parts = host.dropLast(end.count).split(separator: ".")
            if parts.count == 2 { return ServiceName(namespace: String(parts[1]), name: String(parts[0])) }
        }
        return entry.hosts.first.map { ServiceName(namespace: "", name: $0) }
    }

    /// A host as people say it: `payment-service.payments`.
    package func shortHost(_ host: String) -> String {
        let end = ".svc.\(settings.domain)"
        return host.hasSuffix(end) ? String(host.dropLast(end.count)) : host
    }
}
