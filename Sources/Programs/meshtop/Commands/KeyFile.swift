import Console
import JSONWire
import SystemIO
import YAMLWire

/// A person's own keys: `keys.yaml` in `$XDG_CONFIG_HOME/meshtop` or `~/.config/meshtop`.
///
/// ```yaml
/// weights: W
/// next-version: [tab, n]
/// pane: []
/// ```
enum KeyFile {
    private static let limit = 1 << 20

    struct Reading {
        var map = KeyMap()
        /// `keys.yaml:3: …`, what does not hold; the rest does.
        var complaints: [String] = []
    }

    static func read(_ path: String?) -> Reading {
        guard let path, Files.exists(path) else { return Reading() }
        do throws(SystemError) {
            return read(try Files.read(path, limit: limit), file: path)
        } catch {
            return Reading(complaints: ["\(path) cannot be read: \(error.reason)"])
        }
    }

    static func read(_ bytes: [UInt8], file: String) -> Reading {
        let documents: [YAMLDocument]
        do throws(YAMLError) {
            documents = try YAMLParser.parse(bytes, file: file)
        } catch {
            return Reading(complaints: [error.description])
        }
        guard let document = documents.first, !document.value.isNull else { return Reading() }
        guard let object = document.value.object else {
            return Reading(complaints: ["\(file): write commands and their keys, like weights: W"])
        }
        var reading = Reading()
        func complain(_ command: String, _ text: String) {
            let place = document.position(of: JSONPointer.root.appending(command))
            reading.complaints.append("\(file):\(place): \(command): \(text)")
        }
        var wishes: [KeyMap.Wish] = []
        for (command, value) in object {
            let words = value.array ?? [value]
            let keys = words.compactMap { $0.string ?? $0.int.map(String.init) }
            guard keys.count == words.count else {
                complain(command, "write a key or a list of keys, not \(value.kindInWords)")
                continue
            }
            wishes.append(KeyMap.Wish(command: command, keys: keys))
        }
        reading.map = KeyMap(wishes)
        for problem in reading.map.problems { complain(problem.command, problem.text) }
        return reading
    }
}
