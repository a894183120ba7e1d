import JSONWire
import MeshConfig
import YAMLWire

extension ConfigWrite {
    /// The text as YAML, when it is one object and still the one that it was made from.
    func document() throws(ConfigFinding) -> YAMLDocument {
        let documents: [YAMLDocument]
        do {
            documents = try YAMLParser.parse(Array(text.utf8), file: "")
        } catch {
            throw ConfigFinding(line: error.line, "column \(error.column): \(error.message)")
        }
        guard documents.count == 1, let document = documents.first, document.value.object != nil else {
            throw ConfigFinding("the text must be one object; it holds \(documents.count) documents")
        }
        let metadata = document.value["metadata"]
        let wanted: [(JSONPointer, JSONValue?, String)] = [
            ("/kind", document.value["kind"], key.kind), ("/metadata/name", metadata?["name"], key.name),
            ("/metadata/namespace", metadata?["namespace"] ?? .string(key.namespace), key.namespace),
        ]
        for (pointer, found, value) in wanted where found?.string != value {
            throw ConfigFinding(
                line: document.position(of: pointer).line,
                "\(pointer.fieldPath) must stay \"\(value)\": another object is made with kubectl apply")
        }
        return document
    }

    /// What is sent: the text's object, bound to the state that it was made from.
    func body(_ document: YAMLDocument) -> JSONValue {
        var body = document.value
        var metadata = body["metadata"]
        if !revision.isEmpty { metadata?["resourceVersion"] = .string(revision) }
        body["metadata"] = metadata
        return body
    }
}

extension JSONPointer {
    /// Reads `spec.http[0].route[1].weight`, as ``fieldPath`` writes it; nothing for what is no field path.
    init?(fieldPath text: String) {
        var tokens: [String] = []
        var rest = text[...]
        while let first = rest.first {
            if first == "[" {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                let inside = rest[rest.index(after: rest.startIndex)..<end]
                tokens.append(inside.hasPrefix("\"") ? String(inside.dropFirst().dropLast()) : String(inside))
                rest = rest[rest.index(after: end)...]
            } else {
                if first == "." { rest.removeFirst() }
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return nil }
                tokens.append(String(name))
                rest = rest.dropFirst(name.count)
            }
        }
        self.init(tokens: tokens)
    }
}
