import Testing

@testable import Console

@Suite struct `The table of commands` {
    @Test(arguments: Context.allCases) func `gives no key twice in one place`(context: Context) {
        var owners: [String: String] = [:]
        for command in Command.valid(in: context) {
            for key in command.keys {
                #expect(owners[key] == nil, "\(key) in \(context): \(owners[key] ?? "") and \(command.name)")
                owners[key] = command.name
            }
        }
    }

    @Test func `gives every command a name of its own and a line of help`() {
        #expect(Set(Command.all.map(\.name)).count == Command.all.count)
        for command in Command.all {
            #expect(!command.help.isEmpty)
            #expect(command.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "\(command.name)")
        }
    }

    @Test(arguments: Context.allCases) func `always has a way to draw anew, to suspend and to leave`(context: Context) {
        let actions = Set(Command.valid(in: context).map(\.action))
        #expect(actions.isSuperset(of: [.repaint, .suspend, .quit]))
    }

    @Test(arguments: Context.allCases) func `can be typed and clicked wherever a key is valid`(context: Context) {
        for command in Command.valid(in: context) {
            #expect(Command.named(command.name, in: context)?.action == command.action)
        }
    }
}
