import JSONWire
import MeshConfig
package import Quantities

/// The configuration in the shape of the Kubernetes API: a request in, an answer out, over the live configuration.
///
/// Reads never fail on a state of ours, and no request can make it anything but a `Status`. Belongs to the thread
/// that owns the configuration.
package final class KubernetesAPI {
    private let configuration: LiveConfiguration
    private let now: () -> WallTime

    package init(_ configuration: LiveConfiguration, now: @escaping () -> WallTime) {
        self.configuration = configuration
        self.now = now
    }

    /// Whether a path belongs to this API, also when nothing is there.
    package static func owns(_ path: [String]) -> Bool {
        ["version", "api", "apis", "openapi"].contains(path.first)
    }

    package func answer(_ request: APIRequest) -> APIAnswer {
        do {
            return try respond(request)
        } catch {
            return .reply(error.reply)
        }
    }

    private func respond(_ request: APIRequest) throws(APIFailure) -> APIAnswer {
        guard let route = APIRoute(request.path) else {
            throw APIFailure(.notFound, "the server could not find the requested resource")
        }
        switch route {
        case .collection(let resource, let version, let namespace):
            switch request.method {
            case "GET", "HEAD": return try list(request, resource, version, namespace)
            case "POST":
                guard let namespace else {
                    throw APIFailure(.methodNotAllowed, "create objects within a namespace", resource: resource)
                }
                return .reply(try create(request, resource, version, namespace))
            default: throw notAllowed(request, "GET and POST")
            }
        case .object(let resource, let version, let namespace, let name):
            let key = ObjectKey(kind: resource, namespace: namespace, name: name)
            switch request.method {
            case "GET", "HEAD": return try get(request, key, version)
            case "PUT": return .reply(try replace(request, key, version))
            case "PATCH": return .reply(try patch(request, key, version))
            case "DELETE": return .reply(try delete(request, key))
            default: throw notAllowed(request, "GET, PUT, PATCH and DELETE")
            }
        default:
            guard request.method == "GET" || request.method == "HEAD" else { throw notAllowed(request, "GET") }
            return .reply(APIReply(document(route)))
        }
    }

    private func document(_ route: APIRoute) -> JSONValue {
        switch route {
        case .version: DiscoveryDocuments.version
        case .coreVersions: DiscoveryDocuments.coreVersions
        case .groups: DiscoveryDocuments.groups
        case .group(let name): DiscoveryDocuments.group(name)
        case .resources(let group, let version): DiscoveryDocuments.resources(group: group, version: version)
        case .openAPIIndex: DiscoveryDocuments.openAPIIndex
        case .openAPI(let group, let version): DiscoveryDocuments.openAPI(group: group, version: version)
        case .collection, .object: .null
        }
    }

    private func notAllowed(_ request: APIRequest, _ allowed: String) -> APIFailure {
        APIFailure(.methodNotAllowed, "\(request.method.prefix(20)) is not supported here; use \(allowed)")
    }
}

// Reading.
extension KubernetesAPI {
    private func list(
        _ request: APIRequest, _ resource: ResourceKind, _ version: String, _ namespace: String?
    ) throws(APIFailure) -> APIAnswer {
        let selector = try ObjectSelector(
            labels: request.value("labelSelector"), fields: request.value("fieldSelector"))
        if request.isOn("watch") { return .watch(try watch(request, resource, version, namespace, selector)) }
        let apiVersion = resource.apiVersion(version)
        let items = configuration.store.objects(of: resource, namespace: namespace)
            .filter { selector.matches($0.body) }
        if TableView.isWanted(request) {
            return .reply(APIReply(TableView.table(items, resource, revision: configuration.store.revision, at: now())))
        }
        return .reply(
            APIReply([
                "kind": .string(resource.rawValue + "List"), "apiVersion": .string(apiVersion),
                "metadata": ["resourceVersion": .string(configuration.store.revision.description)],
                "items": .array(items.map { $0.body.served(as: apiVersion) }),
            ]))
    }

    private func get(_ request: APIRequest, _ key: ObjectKey, _ version: String) throws(APIFailure) -> APIAnswer {
        guard let object = configuration.store.object(key) else { throw .notFound(key) }
        if TableView.isWanted(request) {
            return .reply(APIReply(TableView.table([object], key.kind, revision: object.revision, at: now())))
        }
        return .reply(APIReply(object.body.served(as: key.kind.apiVersion(version))))
    }

    private func watch(
        _ request: APIRequest, _ resource: ResourceKind, _ version: String, _ namespace: String?,
        _ selector: ObjectSelector
    ) throws(APIFailure) -> Watch {
        let text = request.value("resourceVersion") ?? ""
        guard text.isEmpty || Int64(text).map({ $0 >= 0 }) == true else {
            throw APIFailure(.badRequest, "resourceVersion: \"\(text.prefix(40))\" is not a version of ours")
        }
        let number = Int64(text) ?? 0
        let wantsInitial = request.isOn("sendInitialEvents")
        let seconds = min(max(request.value("timeoutSeconds").flatMap { Int64($0) } ?? 1_800, 1), 3_600)
        return Watch(
            resource: resource, version: version, namespace: namespace, selector: selector,
            since: number == 0 || wantsInitial ? nil : Revision(number), marksInitialEvents: wantsInitial,
            allowsBookmarks: request.isOn("allowWatchBookmarks"), timeout: .seconds(seconds))
    }
}

// Writing.
extension KubernetesAPI {
    private func create(
        _ request: APIRequest, _ resource: ResourceKind, _ version: String, _ namespace: String
    ) throws(APIFailure) -> APIReply {
        let isTrial = try isTrial(request)
        let admission = admission(request, resource, version, namespace, name: nil)
        let (key, body) = try admission.admit(try ObjectPatch.parse(request), replacing: nil)
        guard configuration.store.object(key) == nil else {
            throw APIFailure(
                .alreadyExists, "\(resource.id) \"\(key.name)\" already exists", resource: resource, name: key.name)
        }
        let stored = try store(key, body, request, isTrial: isTrial)
        return APIReply(status: 201, stored.served(as: resource.apiVersion(version)))
    }

    private func replace(_ request: APIRequest, _ key: ObjectKey, _ version: String) throws(APIFailure) -> APIReply {
        let isTrial = try isTrial(request)
        let sent = try ObjectPatch.parse(request)
        guard let old = configuration.store.object(key) else { throw .notFound(key) }
        return try update(request, old, with: sent, version, isTrial: isTrial)
    }

    private func patch(_ request: APIRequest, _ key: ObjectKey, _ version: String) throws(APIFailure) -> APIReply {
        let isTrial = try isTrial(request)
        guard let old = configuration.store.object(key) else { throw .notFound(key) }
        let served = old.body.served(as: key.kind.apiVersion(version))
        let patched = try ObjectPatch.apply(request, to: served, of: key.kind)
        return try update(request, old, with: patched, version, isTrial: isTrial)
    }

    private func update(
        _ request: APIRequest, _ old: StoredObject, with sent: JSONValue, _ version: String, isTrial: Bool
    ) throws(APIFailure) -> APIReply {
        let key = old.key
        let admission = admission(request, key.kind, version, key.namespace, name: key.name)
        let (_, body) = try admission.admit(sent, replacing: old)
        let stored = try store(key, body, request, isTrial: isTrial)
        return APIReply(stored.served(as: key.kind.apiVersion(version)))
    }

    private func delete(_ request: APIRequest, _ key: ObjectKey) throws(APIFailure) -> APIReply {
        let options = request.body.isEmpty ? .null : try ObjectPatch.parse(request)
        let isTrial = try isTrial(request, options)
        guard let old = configuration.store.object(key) else { throw .notFound(key) }
        let uid = old.body["metadata"]?["uid"]
        if let wanted = options["preconditions"]?["resourceVersion"]?.string, wanted != old.revision.description {
            throw .conflict(key, found: old.revision)
        }
        if let wanted = options["preconditions"]?["uid"], wanted != uid { throw .conflict(key, found: old.revision) }
        do {
            _ = try configuration.change([.delete(key)], by: author(request, key, nil), isTrial: isTrial)
        } catch {
            throw failure(error, key)
        }
        var details: JSONObject = ["name": .string(key.name), "kind": .string(key.kind.plural)]
        if !key.kind.group.isEmpty { details["group"] = .string(key.kind.group) }
        details["uid"] = uid
        return APIReply([
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": .object(details),
        ])
    }

    /// Stores the body, or only tries to; answers with the body as it is then.
    private func store(
        _ key: ObjectKey, _ body: JSONValue, _ request: APIRequest, isTrial: Bool
    ) throws(APIFailure) -> JSONValue {
        do {
            let changes = try configuration.change([.put(key, body)], by: author(request, key, body), isTrial: isTrial)
            return changes.last?.new ?? body
        } catch {
            throw failure(error, key)
        }
    }

    private func failure(_ refusal: ChangeRefusal, _ key: ObjectKey) -> APIFailure {
        switch refusal {
        case .storage(let error): APIFailure(.internalError, "the change cannot be stored: \(error)")
        case .invalid(let problems):
            APIFailure(
                .invalid,
                "\(key.kind.rawValue) \"\(key.name)\" is invalid: "
                    + problems.map { $0.words(to: key) }.joined(separator: "; "),
                resource: key.kind, name: key.name,
                causes: problems.map { $0.cause(to: key) })
        }
    }

    private func admission(
        _ request: APIRequest, _ resource: ResourceKind, _ version: String, _ namespace: String, name: String?
    ) -> ObjectAdmission {
        ObjectAdmission(
            resource: resource, version: version, namespace: namespace, name: name, manager: request.manager,
            now: now())
    }

    /// Why something was changed stands in the annotation that `kubectl` has for it, when this change set it.
    private func author(_ request: APIRequest, _ key: ObjectKey, _ body: JSONValue?) -> Author {
        func cause(_ body: JSONValue?) -> String? {
            body?["metadata"]?["annotations"]?["kubernetes.io/change-cause"]?.string
        }
        let given = cause(body)
        let isNew = given != cause(configuration.store.object(key)?.body)
        return Author(who: request.manager, why: isNew ? given ?? "" : "\(request.method) through the API")
    }

    /// Whether the change shall only be tried: `dryRun=All`.
    private func isTrial(_ request: APIRequest, _ options: JSONValue = .null) throws(APIFailure) -> Bool {
        let asked =
            request.query.filter { $0.name == "dryRun" }.map { $0.value }
            + (options["dryRun"]?.array ?? []).map { $0.string ?? $0.text }
        guard asked.allSatisfy({ $0 == "All" || $0.isEmpty }) else {
            throw APIFailure(.badRequest, "dryRun: the only value that is understood is All")
        }
        return asked.contains("All")
    }
}

extension ConfigProblem {
    /// The sentence for somebody who changes `key`: names the object only when it is another one.
    func words(to key: ObjectKey) -> String {
        var problem = self
        if object == key { problem.object = nil }
        return problem.description
    }

    /// The problem as a cause. A field of another object is named in the message: the cause's own is of `key`.
    func cause(to key: ObjectKey) -> APIFailure.Cause {
        let isOwn = object == key
        return APIFailure.Cause(
            reason: code ?? "FieldValueInvalid", message: isOwn ? message : description,
            field: isOwn ? pointer.fieldPath : "")
    }
}
