import CYAML

/// What libyaml reports while it reads, in Swift values.
enum YAMLEvent {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(text: String, isPlain: Bool, tag: String?, anchor: String?)
    case sequenceStart(tag: String?, anchor: String?)
    case sequenceEnd
    case mappingStart(tag: String?, anchor: String?)
    case mappingEnd
}

/// libyaml's event parser: the one place in this target that holds pointers.
///
/// libyaml does the scanning, the hardest part of YAML; what its events mean is decided in ``YAMLParser``.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// libyaml reads from here until the parser is deleted.
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let file: String

    init(_ bytes: [UInt8], file: String) throws(YAMLError) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError(file: file, at: SourcePosition(line: 1, column: 1), "there is no memory to read it")
        }
        self.parser = parser
        self.file = file
        // A byte order mark is no part of the text; without it the columns of the first line are right.
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        input = .allocate(capacity: max(text.count, 1))
        _ = input.initialize(from: text)
        yaml_parser_set_input_string(parser, input.baseAddress, text.count)
        // Without this, other byte order marks would switch to UTF-16, which no configuration is written in.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event and where it begins. Not to be called after `streamEnd`.
    mutating func next() throws(YAMLError) -> (event: YAMLEvent, position: SourcePosition) {
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else { throw failure() }
        // Sound: every pointer in the event lives until this; what leaves here is copied before.
        defer { yaml_event_delete(&raw) }
        return (Self.event(raw), SourcePosition(raw.start_mark))
    }

    private static func event(_ raw: yaml_event_t) -> YAMLEvent {
        switch raw.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(string(raw.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            // The length counts, not a zero byte: "\0" in double quotes is a character like any other.
            let text = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                text: String(decoding: text, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                tag: string(scalar.tag), anchor: string(scalar.anchor))
        case YAML_SEQUENCE_START_EVENT:
            return .sequenceStart(
                tag: string(raw.data.sequence_start.tag), anchor: string(raw.data.sequence_start.anchor))
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            return .mappingStart(
                tag: string(raw.data.mapping_start.tag), anchor: string(raw.data.mapping_start.anchor))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        // libyaml has no other events; after the stream's end it reports none for ever.
        default: return .streamEnd
        }
    }

    private static func string(_ text: UnsafeMutablePointer<UInt8>?) -> String? {
        text.map { String(cString: $0) }
    }

    /// libyaml's complaint as one sentence: "did not find expected key, while parsing a block mapping from 3:1".
    private func failure() -> YAMLError {
        let raw = parser.pointee
        var message = raw.problem.map { String(cString: $0) } ?? "the text cannot be read"
        guard raw.error != YAML_READER_ERROR else {
            return YAMLError(file: file, at: position(ofByte: raw.problem_offset), message)
        }
        if let context = raw.context.map({ String(cString: $0) }) {
            message += ", \(context)"
            let start = SourcePosition(raw.context_mark)
            if start != SourcePosition(raw.problem_mark) { message += " from \(start)" }
        }
        return YAMLError(file: file, at: SourcePosition(raw.problem_mark), message)
    }

    /// Where a byte stands. libyaml reads ahead in blocks, and knows only the offset of bytes that are no text.
    private func position(ofByte offset: Int) -> SourcePosition {
        var line = 1
        var column = 1
        for byte in input.prefix(max(offset, 0)) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return SourcePosition(line: line, column: column)
    }
}

extension SourcePosition {
    /// libyaml counts from 0.
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }
}
