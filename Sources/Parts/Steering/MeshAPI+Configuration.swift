import JSONWire
package import MeshConfig
import Quantities
import YAMLWire

/// Looking through the mesh's configuration and changing it, object by object.
extension MeshAPI {
    /// The API groups whose objects are a mesh's configuration.
    private static let groups: Set<String> = [
        "networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io",
        "gateway.networking.k8s.io",
    ]
    /// More of one kind are not read: a screen is for people.
    private static let listLimit = 20_000

    /// Every object of the mesh's configuration, of each kind that the API serves; nothing when it is still in the state
    /// `known`, a revision that an earlier catalog came with.
    package func configuration(unless known: String?) throws(SteeringError) -> ConfigCatalog? {
        // Before the objects: what is stored meanwhile is found the next time.
        let revision = try revision()
        if let revision, revision == known { return nil }
        var objects: [(resource: ConfigResource, body: JSONValue)] = []
        for resource in try resources() {
            let items = try get(resource.path)["items"]?.array ?? []
            for item in items.prefix(Self.listLimit) {
                // The objects of a list need not say what they are.
                var body: JSONObject = [
                    "apiVersion": .string(resource.apiVersion), "kind": .string(resource.kind),
                ]
                for (name, value) in item.object ?? [:] { body[name] = value }
                objects.append((resource, .object(body)))
            }
        }
        return ConfigCatalog(objects, revision: revision)
    }

    /// The state of the whole configuration, which a control plane of ours tells; another API does not.
    private func revision() throws(SteeringError) -> String? {
        do {
            return try get("/debug/revision")["revision"]?.int.map(String.init)
        } catch .refused {
            return nil
        }
    }

    /// What the API serves of a mesh's configuration: the kinds of its groups, each in the preferred version, and
    /// Kubernetes' services.
    private func resources() throws(SteeringError) -> [ConfigResource] {
        var found = [ConfigResource(.service)]
        for group in try get("/apis")["groups"]?.array ?? [] {
            guard let name = group["name"]?.string, Self.groups.contains(name),
                let version = (group["preferredVersion"] ?? group["versions"]?[0])?["version"]?.string
            else { continue }
            for resource in try get("/apis/\(name)/\(version)")["resources"]?.array ?? [] {
                guard let plural = resource["name"]?.string, let kind = resource["kind"]?.string,
                    !plural.contains("/"), resource["namespaced"]?.bool ?? false,
                    resource["verbs"]?.array?.contains("list") ?? false
                else { continue }
                found.append(ConfigResource(group: name, version: version, plural: plural, kind: kind))
            }
        }
        return found
    }

    /// Stores an object's new text, or has the mesh try it without storing it.
    package func write(_ write: ConfigWrite, dryRun: Bool) -> ConfigWriteOutcome {
        let document: YAMLDocument
        do throws(ConfigFinding) {
            document = try write.document()
        } catch {
            return .refused([error])
        }
        do {
            let request = Request(
                method: "PUT",
                target: write.resource.path(namespace: write.key.namespace, name: write.key.name)
                    + "?fieldManager=meshtop" + (dryRun ? "&dryRun=All" : ""),
                contentType: "application/json", body: write.body(document).serialized())
            let reply = try exchange(request)
            guard (200..<300).contains(reply.status) else {
                if reply.status == 409 { return .stale }
                return .refused(Self.findings(reply, in: document))
            }
            let stored = try Self.json(reply, request)
            let text = ConfigSheet.text(of: stored)
            if dryRun {
                return .validated(
                    text: text, notes: Ownership.notes(on: stored, noun: "object") + Self.fileNote(stored))
            }
            return .stored(text: text, revision: stored["metadata"]?["resourceVersion"]?.string ?? "")
        } catch .unreachable(let address, let reason) {
            return .unreachable(reason: SteeringError.unreachable(address: address, reason: reason).description)
        } catch {
            return .refused([ConfigFinding(error.description)])
        }
    }

    /// Who changed what, newest first; of one object, or of all.
    ///
    /// - Parameter limit: how many of the newest changes are looked at, of whatever object.
    package func configurationHistory(
        of key: ConfigKey?, limit: Int = 1_000
    ) throws(SteeringError) -> [ConfigStep] {
        (try get("/debug/history?limit=\(limit)").array ?? []).compactMap { entry in
            let changed = ConfigKey(
                kind: entry["kind"]?.string ?? "", namespace: entry["namespace"]?.string ?? "",
                name: entry["name"]?.string ?? "")
            guard key == nil || key == changed else { return nil }
            return ConfigStep(
                revision: entry["revision"]?.int.map(String.init) ?? "",
                time: (entry["time"]?.string).flatMap { WallTime(rfc3339: $0) }, who: entry["who"]?.string ?? "",
                why: entry["why"]?.string ?? "", key: changed, before: entry["old"].map(ConfigSheet.text),
                after: entry["new"].map(ConfigSheet.text))
        }
    }

    /// Our control plane reads files, too: what it took from one it takes again when that file changes.
    private static func fileNote(_ object: JSONValue) -> [String] {
        let entries = object["metadata"]?["managedFields"]?.array ?? []
        guard entries.contains(where: { $0["manager"]?.string == "directory" }) else { return [] }
        return ["a file of the control plane holds it, too, and replaces it when it changes"]
    }

    /// The causes of a `Status` with the lines that they are about, or its words.
    private static func findings(_ reply: Reply, in document: YAMLDocument) -> [ConfigFinding] {
        let status = try? JSONValue.parse(reply.body)
        let causes = status?["details"]?["causes"]?.array ?? []
        guard !causes.isEmpty else { return [ConfigFinding(message(reply))] }
        return causes.map { cause in
            let field = cause["field"]?.string ?? ""
            let words = cause["message"]?.string ?? message(reply)
            guard !field.isEmpty else { return ConfigFinding(words) }
            let line = JSONPointer(fieldPath: field).map { document.position(of: $0).line }
            return ConfigFinding(line: line, "\(field): \(words)")
        }
    }
}
