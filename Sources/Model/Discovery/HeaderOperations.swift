package import Patterns

/// Changes to the headers of a request and of its response.
package struct HeaderOperations: Hashable, Sendable {
    package struct Addition: Hashable, Sendable {
        package var name: String
        /// With commands that stand for what is known of a request.
        package var value: FormatString
        /// True keeps what is there and adds a field; false replaces it.
        package var appends: Bool

        /// A value without commands.
        package init(name: String, value: String, appends: Bool = true) {
            self.init(name: name, template: FormatString(literal: value), appends: appends)
        }

        package init(name: String, template: FormatString, appends: Bool = true) {
            self.name = name
            value = template
            self.appends = appends
        }
    }

    package var requestAdditions: [Addition]
    package var requestRemovals: [String]
    package var responseAdditions: [Addition]
    package var responseRemovals: [String]

    package init(
        requestAdditions: [Addition] = [], requestRemovals: [String] = [], responseAdditions: [Addition] = [],
        responseRemovals: [String] = []
    ) {
        self.requestAdditions = requestAdditions
        self.requestRemovals = requestRemovals
        self.responseAdditions = responseAdditions
        self.responseRemovals = responseRemovals
    }

    package var isEmpty: Bool {
        requestAdditions.isEmpty && requestRemovals.isEmpty && responseAdditions.isEmpty && responseRemovals.isEmpty
    }
}
