import JSONWire
import MeshConfig
import YAMLWire

/// A file of the configuration directory as it was found.
package struct ConfigurationFile: Hashable, Sendable {
    /// Relative to the directory.
    package let path: String
    /// As errors name it: with the directory in front.
    package let displayPath: String
    package let bytes: [UInt8]
    package let fingerprint: String

    package init(path: String, displayPath: String, bytes: [UInt8], fingerprint: String) {
        self.path = path
        self.displayPath = displayPath
        self.bytes = bytes
        self.fingerprint = fingerprint
    }
}

/// A file's objects, each with the place it was written at.
struct ParsedFile {
    struct Declaration {
        let key: ObjectKey
        let version: String
        let document: YAMLDocument
    }

    let file: ConfigurationFile
    let declarations: [Declaration]
    /// Documents that are not for us, in words.
    let notices: [String]

    init(_ file: ConfigurationFile) throws(FileRefusal) {
        let documents: [YAMLDocument]
        do {
            documents = try YAMLParser.parse(file.bytes, file: file.displayPath)
        } catch {
            throw FileRefusal(["\(error)"])
        }
        var declarations: [Declaration] = []
        var notices: [String] = []
        var complaints: [String] = []
        for document in documents {
            switch Self.read(document.value) {
            case .declaration(let key, let version):
                let twin = declarations.first { $0.key == key }
                if let twin {
                    complaints.append(
                        document.place("/metadata/name")
                            + "\(key) stands in this file twice, first on line \(twin.document.start.line); "
                            + "remove one")
                }
                declarations.append(Declaration(key: key, version: version, document: document))
            case .foreign(let message): notices.append(document.place("/kind") + message)
            case .wrong(let pointer, let message): complaints.append(document.place(pointer) + message)
            }
        }
        guard complaints.isEmpty else { throw FileRefusal(complaints) }
        self.file = file
        self.declarations = declarations
        self.notices = notices
    }

    private enum Reading {
        case declaration(ObjectKey, version: String)
        case foreign(String)
        case wrong(JSONPointer, String)
    }

    private static func read(_ value: JSONValue) -> Reading {
        guard value.object != nil else {
            return .wrong(.root, "expected an object with apiVersion and kind, found \(value.kindInWords)")
        }
        guard let apiVersion = value["apiVersion"]?.string else {
            return .wrong(.root, "apiVersion is missing, such as networking.istio.io/v1")
        }
        guard let kind = value["kind"]?.string else { return .wrong(.root, "kind is missing, such as VirtualService") }
        guard let resource = ResourceKind(rawValue: kind),
            resource.versions.map(resource.apiVersion).contains(apiVersion)
        else {
            return unserved(apiVersion: apiVersion, kind: kind)
        }
        guard let metadata = value["metadata"]?.object else {
            return .wrong("/metadata", "metadata is missing; it must name the object")
        }
        guard let name = metadata["name"]?.string, !name.isEmpty else {
            return .wrong("/metadata/name", "metadata.name is missing; it must be a string")
        }
        let namespace = metadata["namespace"] ?? "default"
        guard let namespace = namespace.string, !namespace.isEmpty else {
            return .wrong("/metadata/namespace", "metadata.namespace must be a string, found \(namespace.kindInWords)")
        }
        let version = apiVersion.split(separator: "/").last.map(String.init) ?? apiVersion
        return .declaration(ObjectKey(kind: resource, namespace: namespace, name: name), version: version)
    }

    /// Manifests of applications hold kinds that are Kubernetes' business; those are passed over with a notice. Kinds
    /// of the groups we serve are refused, because somebody expects them to act.
    private static func unserved(apiVersion: String, kind: String) -> Reading {
        let group = apiVersion.contains("/") ? String(apiVersion.prefix { $0 != "/" }) : ""
        guard group.hasSuffix("istio.io") || group.isEmpty && !applicationKinds.contains(kind) else {
            return .foreign("\(kind) (\(apiVersion)) is not a kind of the mesh; passed over")
        }
        if let resource = ResourceKind(rawValue: kind) {
            let versions = resource.versions.map { resource.apiVersion($0) }.joined(separator: ", ")
            return .wrong("/apiVersion", "\(kind) has no version \(apiVersion); use one of \(versions)")
        }
        let served = ResourceKind.allCases.map(\.rawValue).joined(separator: ", ")
        return .wrong("/kind", "\(kind) (\(apiVersion)) is not supported; supported are \(served)")
    }
}

/// The kinds of Kubernetes' core group that stand beside a Service in an application's manifest.
private let applicationKinds: Set = [
    "ConfigMap", "LimitRange", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "Pod", "ResourceQuota",
    "Secret", "ServiceAccount",
]

/// Why a file was not applied: one line per error, each with file, line and column where they are known.
struct FileRefusal: Error, Hashable, Sendable {
    let lines: [String]

    init(_ lines: [String]) {
        self.lines = lines
    }
}

extension YAMLDocument {
    /// `file:line:column: ` of a place in the document, or of its nearest ancestor that was written.
    func place(_ pointer: JSONPointer) -> String {
        let position = position(of: pointer)
        return "\(file):\(position.line):\(position.column): "
    }
}
