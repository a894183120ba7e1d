import ExpositionWire
import TestSupport

/// Writes a document as no writer would: any blanks, any order of labels, any spelling of numbers, any line ends.
struct LooseSpelling {
    let format: ExpositionFormat
    var random: SeededGenerator

    mutating func text(_ document: ExpositionDocument) -> [UInt8] {
        var text = ""
        for statement in document.statements {
            text += optionalBlanks() + line(statement)
            text += random.oneIn(3) ? "\r\n" : "\n"
            if random.oneIn(8) {
                text +=
                    ["\n", " \t\r\n", "# TYPEs are told here\n", "#\n", "#HELP\n"].randomElement(using: &random) ?? ""
            }
        }
        if format == .openMetrics { text += "#\(blanks())EOF\(optionalBlanks())" }
        return Array((random.oneIn(2) ? text + "\n" : text).utf8)
    }

    private mutating func line(_ statement: ExpositionDocument.Statement) -> String {
        switch statement {
        case .type(let name, let type):
            let word = type == .untyped && random.oneIn(2) ? "unknown" : type.rawValue
            return "#\(blanks())TYPE\(blanks())\(self.name(name))\(blanks())\(word)\(optionalBlanks())"
        case .help(let name, let text):
            return "#\(blanks())HELP\(blanks())\(self.name(name))\(blanks())\(escaped(text, quotes: random.oneIn(2)))"
        case .unit(let name, let unit):
            return "#\(blanks())UNIT\(blanks())\(self.name(name))\(blanks())\(unit)\(optionalBlanks())"
        case .sample(let key, let number, let time, let example):
            var line = "\(self.key(key))\(blanks())\(self.number(number.value))"
            if let time { line += blanks() + (format == .openMetrics ? seconds(time) : milliseconds(time)) }
            if let example {
                line +=
                    "\(blanks())#\(optionalBlanks())\(set(example.labels, name: nil))\(blanks())\(self.number(example.value.value))"
                if let time = example.time { line += blanks() + seconds(time) }
            }
            return line + optionalBlanks()
        case .created(let key, let time): return "\(self.key(key))\(blanks())\(seconds(time))\(optionalBlanks())"
        }
    }

    private mutating func key(_ key: SeriesKey) -> String {
        let labels = key.labels.shuffled(using: &random)
        guard isClassic(key.name, colons: true), !random.oneIn(4) else { return set(labels, name: key.name) }
        if labels.isEmpty, random.oneIn(2) { return key.name }
        return key.name + optionalBlanks() + set(labels, name: nil)
    }

    private mutating func set(_ labels: [Label], name: String?) -> String {
        var items = name.map { [quoted($0)] } ?? []
        for label in labels {
            let bare = isClassic(label.name, colons: false) && !random.oneIn(4)
            items.append(
                "\(bare ? label.name : quoted(label.name))\(optionalBlanks())=\(optionalBlanks())\(quoted(label.value))"
            )
        }
        // No label and an empty one are the same.
        if random.oneIn(5) { items.append("empty=\"\"") }
        let text = items.map { optionalBlanks() + $0 + optionalBlanks() }.joined(separator: ",")
        return "{\(text)\(!items.isEmpty && random.oneIn(3) ? "," : "")\(optionalBlanks())}"
    }

    private mutating func name(_ name: String) -> String {
        isClassic(name, colons: true) && !random.oneIn(4) ? name : quoted(name)
    }

    private mutating func quoted(_ text: String) -> String {
        "\"\(escaped(text, quotes: true))\""
    }

    private func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private mutating func number(_ value: Double) -> String {
        if value.isNaN { return ["NaN", "nan", "NAN", "+NaN"].randomElement(using: &random) ?? "" }
        let words = value > 0 ? ["Inf", "+inf", "+Infinity", "infinity"] : ["-Inf", "-inf", "-INFINITY"]
        if value.isInfinite { return words.randomElement(using: &random) ?? "" }
        var text = value.description
        if random.oneIn(3) { text = text.uppercased() }
        if random.oneIn(3), value.sign == .plus { text = "+\(text)" }
        if random.oneIn(3), value.sign == .plus, text.first != "+" { text = "00\(text)" }
        if text.hasSuffix(".0"), random.oneIn(2) { text.removeLast(random.oneIn(2) ? 1 : 2) }
        return text
    }

    private mutating func milliseconds(_ time: Int64) -> String {
        time >= 0 && random.oneIn(3) ? "+00\(time)" : "\(time)"
    }

    private mutating func seconds(_ time: Int64) -> String {
        let digits = "\(time.magnitude % 1000)"
        let fraction = String(repeating: "0", count: 3 - digits.count) + digits
        return
            "\(time < 0 ? "-" : random.oneIn(3) ? "+" : "")\(time.magnitude / 1000).\(fraction)\(random.oneIn(3) ? "0" : "")"
    }

    private mutating func blanks() -> String { [" ", " ", "\t", "  ", " \t "].randomElement(using: &random) ?? " " }
    private mutating func optionalBlanks() -> String { random.oneIn(3) ? blanks() : "" }

    private func isClassic(_ name: String, colons: Bool) -> Bool {
        let letters = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: colons && $0 == UInt8(ascii: ":")
            }
        }
        return letters && name.utf8.first.map { $0 > UInt8(ascii: "9") } == true
    }
}
