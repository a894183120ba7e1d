import Discovery
import JSONWire
import YAMLWire

/// An Envoy bootstrap as a person writes it: YAML or JSON. Every refusal names the file, the line and the field.
enum BootstrapFile {
    static func read(_ bytes: [UInt8], file: String) throws(ProxyError) -> Bootstrap {
        // JSON is YAML but for details of strings and limits; a file that opens an object is read as what it is.
        let isJSON = bytes.first { !($0 == 0x20 || (0x09...0x0d).contains($0)) } == UInt8(ascii: "{")
        let bootstrap = isJSON ? try readJSON(bytes, file) : try readYAML(bytes, file)
        guard !bootstrap.staticResources.listeners.isEmpty || bootstrap.dynamicResources?.listeners != nil else {
            throw .configuration(
                "\(file): no listener: add static_resources.listeners or dynamic_resources.lds_config")
        }
        return bootstrap
    }

    private static func readJSON(_ bytes: [UInt8], _ file: String) throws(ProxyError) -> Bootstrap {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue.parse(bytes) } catch { throw .configuration("\(file):\(error)") }
        do throws(SchemaError) { return try Bootstrap(json: value) } catch {
            throw .configuration("\(file): \(error)")
        }
    }

    private static func readYAML(_ bytes: [UInt8], _ file: String) throws(ProxyError) -> Bootstrap {
        let documents: [YAMLDocument]
        do throws(YAMLError) { documents = try YAMLParser.parse(bytes, file: file) } catch {
            throw .configuration("\(error)")
        }
        guard documents.count == 1, let document = documents.first else {
            throw .configuration("\(file): expected one YAML document, found \(documents.count)")
        }
        do throws(SchemaError) { return try Bootstrap(json: document.value) } catch {
            let place = document.position(of: error.pointer)
            throw .configuration("\(file):\(place.line):\(place.column): \(error)")
        }
    }
}
