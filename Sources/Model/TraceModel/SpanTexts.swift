/// Texts that many spans say – keys, services, operations, versions –, each here once for as long as a span says it.
///
/// A text gets a place when it comes a second time: most values of most attributes come again and again, and those that
/// do not, such as a request's id, are cheaper where they are. The first time is remembered by a mark in a small table,
/// where a later text may overwrite it; so what comes again only now and then is not shared either.
struct SpanTexts: Sendable {
    /// A place here. It is given to another text when nobody says the first any more.
    struct Number: Hashable, Sendable {
        let value: UInt32
    }

    /// UTF-8 bytes of texts that are worth a place: a number takes two bytes or three itself.
    private static let worthwhile = 3...256
    private static let markCount = 4096
    /// Of a text: its slot, two places in a hash table that is half full, and the head of its heap block.
    private static let overhead = 96

    private struct Slot {
        var text: String
        var uses: Int
    }

    private var slots: [Slot] = []
    private var free: [Number] = []
    private var numbers: [String: Number] = [:]
    private var marks: [UInt32] = Array(repeating: 0, count: markCount)
    /// Estimated, of the texts that are here.
    private(set) var bytes = 0

    subscript(_ number: Number) -> String { slots[Int(number.value)].text }

    /// The place of `text`, when it has one.
    func number(of text: String) -> Number? { numbers[text] }

    /// The place of `text`, used once more; nothing when it is not worth one.
    mutating func use(_ text: String) -> Number? {
        guard Self.worthwhile.contains(text.utf8.count) else { return nil }
        if let number = numbers[text] {
            slots[Int(number.value)].uses += 1
            return number
        }
        return isMarked(text) ? add(text) : nil
    }

    /// The place of `text`, used once more, whatever it is.
    mutating func useAlways(_ text: String) -> Number {
        guard let number = numbers[text] else { return add(text) }
        slots[Int(number.value)].uses += 1
        return number
    }

    /// Takes one use back.
    mutating func drop(_ number: Number) {
        let place = Int(number.value)
        slots[place].uses -= 1
        guard slots[place].uses == 0 else { return }
        numbers[slots[place].text] = nil
        bytes -= Self.overhead + slots[place].text.utf8.count
        slots[place].text = ""
        free.append(number)
    }

    private mutating func add(_ text: String) -> Number {
        bytes += Self.overhead + text.utf8.count
        let slot = Slot(text: text, uses: 1)
        let number: Number
        if let last = free.popLast() {
            number = last
            slots[Int(number.value)] = slot
        } else {
            // There are as many as the store's budget holds, at a hundred bytes each.
            number = Number(value: UInt32(slots.count))
            slots.append(slot)
        }
        numbers[text] = number
        return number
    }

    /// Whether this text left the mark that is in its place; it does now.
    private mutating func isMarked(_ text: String) -> Bool {
        // FNV-1a: unlike `Hasher`'s, the same in every run. Whoever makes up texts that collide has them kept unshared.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let place = Int(truncatingIfNeeded: (hash ^ hash >> 32) % UInt64(Self.markCount))
        let mark = UInt32(truncatingIfNeeded: hash >> 20) | 1
        defer { marks[place] = mark }
        return marks[place] == mark
    }
}
