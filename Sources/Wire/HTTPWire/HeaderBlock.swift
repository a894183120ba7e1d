/// The field lines of a head over the bytes they came in.
///
/// Parsing copies the head once and notes where the fields are. Looking up compares bytes in place, removing forgets a
/// range, adding appends a line, and serialising copies runs of neighbouring lines: no strings and no table on the way
/// from one connection to another.
///
///     storage  GET / HTTP/1.1␍␊Host: shop␍␊Accept: */*␍␊␍␊x-request-id: 7␍␊
///     fields                   ├─────────┤ ├────────────┤     ├─────────────────┤ added
struct HeaderBlock: Sendable {
    /// One line: where it starts, its name's length, its value's range, and where the next line starts. Heads are
    /// limited far below 4 GiB.
    struct Field: Sendable {
        var line: UInt32
        var nameLength: UInt32
        var value: UInt32
        var valueEnd: UInt32
        var end: UInt32
    }

    var storage: [UInt8]
    var fields: ContiguousArray<Field>

    init(storage: [UInt8] = [], fields: ContiguousArray<Field> = []) {
        self.storage = storage
        self.fields = fields
    }

    /// Copies a parsed head, with room for what a proxy adds on the way: growing would copy it again.
    init(copying bytes: UnsafeRawBufferPointer, fields: ContiguousArray<Field>) {
        storage = [UInt8](unsafeUninitializedCapacity: bytes.count + 512) { buffer, count in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
            count = bytes.count
        }
        self.fields = fields
    }

    var count: Int { fields.count }

    /// The index of the first field called `name`, from `start` on.
    @inline(__always)
    func index(of name: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
        storage.withUnsafeBytes { bytes in
            var index = start
            while index < fields.count {
                let field = fields[index]
                if Int(field.nameLength) == name.count,
                    equalIgnoringCase(name, Self.slice(bytes, field.line, field.line &+ field.nameLength))
                {
                    return index
                }
                index &+= 1
            }
            return nil
        }
    }

    func nameRange(_ index: Int) -> Range<Int> {
        let field = fields[index]
        return Int(field.line)..<Int(field.line) + Int(field.nameLength)
    }

    @inline(__always)
    func valueRange(_ index: Int) -> Range<Int> {
        Int(fields[index].value)..<Int(fields[index].valueEnd)
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: storage[range], as: UTF8.self)
    }

    mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let line = storage.count
        let start = line &+ name.count &+ 2
        let end = start &+ value.count
        storage.append(atMost: name.count &+ value.count &+ 4) { writer in
            writer.append(name)
            writer.append(0x3a)
            writer.append(0x20)
            writer.append(value)
            writer.append(0x0d)
            writer.append(0x0a)
        }
        // The other side of "no byte in a value can end its line": a value built from foreign text is cleaned here.
        var index = 0
        while index < value.count {
            if !ByteClass.isValue(value[index]) { storage[start &+ index] = 0x20 }
            index &+= 1
        }
        fields.append(
            Field(
                line: UInt32(line), nameLength: UInt32(name.count), value: UInt32(start), valueEnd: UInt32(end),
                end: UInt32(storage.count)))
    }

    /// Removes every field called `name`.
    @discardableResult
    mutating func removeAll(_ name: UnsafeRawBufferPointer) -> Bool {
        guard var index = index(of: name) else { return false }
        while true {
            fields.remove(at: index)
            guard let next = self.index(of: name, from: index) else { return true }
            index = next
        }
    }

    /// The most bytes that a head with these fields can take: each line once, the parts of the first line, which are in
    /// the storage too, and the framing fields.
    var writtenLimit: Int { storage.count * 2 + 256 }

    /// Appends all lines to `output` but those that `skip` names, copying neighbours in one go.
    @inline(__always)
    func write(to output: inout RawWriter, skip: (Field, UnsafeRawBufferPointer) -> Bool) {
        storage.withUnsafeBytes { bytes in
            var runStart: UInt32 = 0
            var runEnd: UInt32 = 0
            var index = 0
            while index < fields.count {
                let field = fields[index]
                index &+= 1
                if skip(field, bytes) { continue }
                if field.line != runEnd {
                    if runEnd > runStart { output.append(Self.slice(bytes, runStart, runEnd)) }
                    runStart = field.line
                }
                runEnd = field.end
            }
            if runEnd > runStart { output.append(Self.slice(bytes, runStart, runEnd)) }
        }
    }

    @inline(__always)
    static func slice(_ bytes: UnsafeRawBufferPointer, _ start: UInt32, _ end: UInt32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(start)..<Int(end)])
    }
}
