internal import ByteCursor

extension SchemaReader {
    /// Bytes, which protobuf's JSON mapping and Kubernetes write in base 64.
    package func bytes() throws(SchemaError) -> [UInt8] {
        guard let bytes = Base64.decode(try string()) else { throw error("is not base 64") }
        return bytes
    }
}

extension JSONValue {
    /// Bytes in base 64.
    package static func bytes(_ bytes: [UInt8]) -> JSONValue { .string(Base64.encode(bytes)) }
}
