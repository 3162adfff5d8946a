#include "mdsync/layout.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "scenario/mistakes.hpp"
#include "scenario/spelling.hpp"

namespace mdsync {

namespace {

using json::Document;
using json::Kind;
using json::Node;

struct Comment {
    std::size_t begin = 0;
    std::size_t end = 0;  // without the newline
};

// All comments of `text`, which is JSON with comments.
std::vector<Comment> commentsOf(std::string_view text) {
    std::vector<Comment> found;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') {
            while (text[++at] != '"') at += text[at] == '\\' ? 1 : 0;
        } else if (text[at] == '/') {
            const bool isLine = text[at + 1] == '/';
            const std::size_t stop = isLine ? text.find('\n', at) : text.find("*/", at) + 2;
            std::size_t end = std::min(stop, text.size());
            found.push_back({at, end});
            at = end - 1;
            if (isLine && text[end - 1] == '\r') --found.back().end;
        }
    }
    return found;
}

bool isContainer(const Node& node) {
    return node.kind == Kind::List || node.kind == Kind::Object;
}

std::size_t endOf(const Node& node) {
    return std::size_t{node.place.offset} + node.place.length;
}

// A Printer writes one tree anew.
class Printer {
public:
    Printer(std::string_view text, const Document& tree) : text_(text), tree_(tree), comments_(commentsOf(text)) {}

    std::string print() && {
        const Node& root = tree_.root();
        for (const Comment& comment : commentsIn(0, root.place.offset)) {
            write(comment);
            newline(0);
        }
        value(root, 0);
        afterLast(endOf(root), text_.size(), 0);
        out_ += '\n';
        return std::move(out_);
    }

private:
    // ---- What stands where in the text

    [[nodiscard]] std::vector<Comment> commentsIn(std::size_t begin, std::size_t end) const {
        std::vector<Comment> inside;
        auto at = std::lower_bound(comments_.begin(), comments_.end(), begin,
                                   [](const Comment& comment, std::size_t offset) { return comment.begin < offset; });
        for (; at != comments_.end() && at->end <= end; ++at) inside.push_back(*at);
        return inside;
    }
    [[nodiscard]] bool hasNewline(std::size_t begin, std::size_t end) const {
        return text_.substr(begin, end - begin).find('\n') != std::string_view::npos;
    }
    [[nodiscard]] std::size_t beginOf(const Node& item) const {
        return item.isMember ? item.keyPlace().offset : item.place.offset;
    }

    // Whether an empty line stands before `begin`, behind what ends at `end`.
    [[nodiscard]] bool hasBlankLine(std::size_t end, std::size_t begin) const {
        int newlines = 0;
        for (const char c : text_.substr(end, begin - end)) {
            if (c == '\n') ++newlines;
            if (c == '/') break;  // a comment
        }
        return newlines > 1;
    }

    // ---- Lines

    [[nodiscard]] std::string_view key(const Node& item) const { return tree_.bytes(item.key()); }

    [[nodiscard]] std::string inOneLine(const Node& node) const {
        if (!isContainer(node)) return std::string{tree_.bytes(node)};
        const bool isObject = node.kind == Kind::Object;
        std::string line;
        for (const Node& item : tree_.children(node)) {
            if (!line.empty()) line += ", ";
            if (isObject) line.append(key(item)).append(": ");
            line += inOneLine(item);
        }
        if (!isObject) return "[" + line + "]";
        return line.empty() ? "{}" : "{ " + line + " }";
    }

    // Whether somebody, or the format, wants the items of `node` on lines of their own.
    [[nodiscard]] bool isBroken(const Node& node) const {
        if (!isContainer(node)) return false;
        if (tree_.children(node).empty()) return !commentsIn(node.place.offset, endOf(node)).empty();
        if (&node == &tree_.root() || (node.isMember && tree_.key(node) == "steps")) return true;
        const Node& first = *tree_.children(node).begin();
        if (hasNewline(node.place.offset, beginOf(first)) || !commentsIn(node.place.offset, endOf(node)).empty()) {
            return true;
        }
        bool isBrokenInside = false;
        for (const Node& item : tree_.children(node)) isBrokenInside = isBrokenInside || isBroken(item);
        return isBrokenInside;
    }

    // ---- Writing

    void newline(std::size_t indent) {
        out_ += '\n';
        out_.append(indent, ' ');
    }

    [[nodiscard]] std::size_t column() const {
        const std::size_t line = out_.rfind('\n');
        return out_.size() - (line == std::string::npos ? 0 : line + 1);
    }

    void value(const Node& node, std::size_t indent) {
        constexpr std::size_t kComma = 1;
        if (!isContainer(node)) {
            out_ += tree_.bytes(node);
            return;
        }
        if (!isBroken(node)) {
            const std::string line = inOneLine(node);
            if (column() + line.size() + kComma <= scenario::kWidth) {
                out_ += line;
                return;
            }
        }
        if (isHugging(node)) return hug(node, indent);
        items(node, indent);
    }

    // `{ "concurrently": [`: what is long is the last member, and its author began it on the line of the bracket.
    [[nodiscard]] bool isHugging(const Node& node) const {
        if (node.kind != Kind::Object || tree_.children(node).empty()) return false;
        const Node* last = nullptr;
        bool isFirst = true;
        for (const Node& item : tree_.children(node)) {
            if (isFirst && hasNewline(node.place.offset, beginOf(item))) return false;
            if (!isFirst && isBroken(*last)) return false;
            isFirst = false;
            last = &item;
        }
        if (!isContainer(*last) || !isBroken(*last)) return false;
        return commentsIn(node.place.offset, last->place.offset).empty() &&
               commentsIn(endOf(*last), endOf(node)).empty();
    }

    void hug(const Node& node, std::size_t indent) {
        out_ += "{ ";
        bool isFirst = true;
        for (const Node& item : tree_.children(node)) {
            if (!isFirst) out_ += ", ";
            isFirst = false;
            out_.append(key(item)).append(": ");
            value(item, indent);
        }
        out_ += " }";
    }

    void items(const Node& node, std::size_t indent) {
        const bool isObject = node.kind == Kind::Object;
        std::size_t end = std::size_t{node.place.offset} + 1;
        bool isFirst = true;
        out_ += isObject ? '{' : '[';
        for (const Node& item : tree_.children(node)) {
            if (!isFirst) {
                out_ += ',';
                end = behind(end, item.place.offset);
                if (hasBlankLine(end, beginOf(item))) out_ += '\n';
            }
            isFirst = false;
            newline(indent + 2);
            for (const Comment& comment : commentsIn(end, item.place.offset)) {
                write(comment);
                newline(indent + 2);
            }
            if (isObject) out_.append(key(item)).append(": ");
            value(item, indent + 2);
            end = endOf(item);
        }
        afterLast(end, endOf(node) - 1, indent + 2);
        newline(indent);
        out_ += isObject ? '}' : ']';
    }

    void write(const Comment& comment) { out_ += text_.substr(comment.begin, comment.end - comment.begin); }

    // Writes the comments that stand behind `begin` on its line; gives the end of the last.
    std::size_t behind(std::size_t begin, std::size_t end) {
        for (const Comment& comment : commentsIn(begin, end)) {
            if (hasNewline(begin, comment.begin)) break;
            out_ += ' ';
            write(comment);
            begin = comment.end;
        }
        return begin;
    }

    // Writes the comments that no item follows.
    void afterLast(std::size_t begin, std::size_t end, std::size_t indent) {
        begin = behind(begin, end);
        for (const Comment& comment : commentsIn(begin, end)) {
            if (hasBlankLine(begin, comment.begin)) out_ += '\n';
            newline(indent);
            write(comment);
            begin = comment.end;
        }
    }

    std::string_view text_;
    const Document& tree_;
    std::vector<Comment> comments_;
    std::string out_;
};

}  // namespace

LaidOut layOutScenario(std::string_view text, const std::string& path) {
    LaidOut laid;
    scenario::Mistakes mistakes{text, path};
    Document tree;
    const bool isRead = scenario::readJson(tree, text, mistakes);
    laid.diagnostics = mistakes.take();
    if (isRead && laid.diagnostics.empty()) laid.text = Printer{text, tree}.print();
    return laid;
}

}  // namespace mdsync
