import ByteCursor
import JSONWire

/// What a scalar means: YAML 1.2.2, section 10.3.2.
enum CoreSchema {
    /// Why a scalar means nothing that JSON can say.
    struct Refusal: Error {
        let sentence: String
    }

    static let sequenceTag = prefix + "seq"
    static let mappingTag = prefix + "map"

    private static let prefix = "tag:yaml.org,2002:"

    /// A tag as people write it: `!!str` for the long name.
    static func short(_ tag: String) -> String {
        tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
    }

    /// The value of a scalar. Only plain scalars without a tag are more than text.
    static func resolve(_ text: String, isPlain: Bool, tag: String?) -> Result<JSONValue, Refusal> {
        guard let tag else { return isPlain ? resolvePlain(text) : .success(.string(text)) }
        let fits: Bool
        let value = resolvePlain(text)
        switch (short(tag), value) {
        // "!" alone means: do not guess.
        case ("!", _), ("!!str", _): return .success(.string(text))
        case ("!!null", .success(.null)), ("!!bool", .success(.bool)), ("!!int", .success(.integer)): fits = true
        case ("!!float", .success(.integer(let whole))): return .success(.number(Double(whole)))
        case ("!!float", .success(.number)), ("!!float", .failure): fits = true
        case ("!!null", _), ("!!bool", _), ("!!int", _), ("!!float", _): fits = false
        default: return .failure(Refusal(sentence: "the tag \(short(tag).excerpt) is not known; leave it out"))
        }
        return fits ? value : .failure(Refusal(sentence: "\"\(text.excerpt)\" does not fit its tag \(short(tag))"))
    }

    private static func resolvePlain(_ text: String) -> Result<JSONValue, Refusal> {
        switch text {
        case "", "~", "null", "Null", "NULL": return .success(.null)
        case "true", "True", "TRUE": return .success(.bool(true))
        case "false", "False", "FALSE": return .success(.bool(false))
        case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
            return .failure(Refusal(sentence: "\(text) is not a finite number; write a number, or quote it"))
        default: return number(text) ?? .success(.string(text))
        }
    }

    /// A number in one of the core schema's spellings; nothing when the text is none of them.
    private static func number(_ text: String) -> Result<JSONValue, Refusal>? {
        guard let first = text.utf8.first, first < UInt8(ascii: "A") else { return nil }
        if text.hasPrefix("0x") { return based(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return based(text.dropFirst(2), radix: 8) }
        let digits =
            text.utf8.first == UInt8(ascii: "-") || text.utf8.first == UInt8(ascii: "+")
            ? text.utf8.dropFirst() : text.utf8[...]
        if !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }), let whole = Int64(text) {
            // An integer has no negative zero.
            return .success(whole == 0 && first == UInt8(ascii: "-") ? .number(-0.0) : .integer(whole))
        }
        let decimal = Array(text.utf8).withUnsafeBytes { DecimalNumber.parse($0) }
        return decimal.map {
            $0.isFinite ? .success(.number($0)) : .failure(Refusal(sentence: "the number \(text.excerpt) is too large"))
        }
    }

    private static func based(_ digits: Substring, radix: Int) -> Result<JSONValue, Refusal>? {
        // Int64's own reader would take a sign here.
        guard let first = digits.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return nil }
        guard digits.allSatisfy({ $0.isASCII && ($0.hexDigitValue ?? 16) < radix }) else { return nil }
        guard let whole = Int64(digits, radix: radix) else {
            return .failure(Refusal(sentence: "the number \(String(digits).excerpt) in base \(radix) is too large"))
        }
        return .success(.integer(whole))
    }
}

extension String {
    /// The text, cut short for a sentence: a peer decides how long it is.
    var excerpt: String {
        utf8.count <= 80 ? self : String(unicodeScalars.prefix(60)) + "…"
    }
}
