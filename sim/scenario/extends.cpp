#include "scenario/extends.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

namespace mdsync::scenario {

namespace {

using json::Document;
using json::Graft;
using json::Kind;
using json::Node;

// How a key of the file meets the same key of the file that it extends.
enum class Way : std::uint8_t {
    Alone,    // nothing is taken: `name`, `rules`
    Instead,  // taken where the file lacks it: `start`
    Members,  // objects are merged, the file's members winning: `app`
    Devices,  // the same, and the objects in them: `users`
    United,   // lists without what is there already: `tags`
    Before,   // lists, the other's items first: `steps`
    Once      // may stand in one of them only: `matrix`
};

Way wayOf(std::string_view key) {
    struct Row {
        std::string_view key;
        Way way;
    };
    static constexpr Row kRows[] = {
        {"$schema", Way::Alone},    {"mdsync", Way::Alone},         {"extends", Way::Alone}, {"name", Way::Alone},
        {"rules", Way::Alone},      {"description", Way::Alone},    {"app", Way::Members},   {"groups", Way::Members},
        {"readings", Way::Members}, {"messageTypes", Way::Members}, {"users", Way::Devices}, {"tags", Way::United},
        {"steps", Way::Before},     {"matrix", Way::Once},
    };
    const auto* const row =
        std::find_if(std::begin(kRows), std::end(kRows), [key](const Row& r) { return r.key == key; });
    return row == std::end(kRows) ? Way::Instead : row->way;
}

// A Side is a node and the tree that it is of.
struct Side {
    const Document& tree;
    const Node& node;
};

// An Extension puts the two trees together.
class Extension {
public:
    Extension(std::string_view text, const Document& own, const Document& base, Mistakes& mistakes)
        : graft_(made_, text), own_(own), base_(base), mistakes_(mistakes) {}

    Document make() && {
        graft_.open(own_, own_.root());
        for (const Node& node : own_.children(own_.root())) {
            const Node* const other = base_.find(base_.root(), own_.key(node));
            if (other == nullptr) {
                graft_.add(own_, node);
            } else {
                meet(wayOf(own_.key(node)), {own_, node}, {base_, *other});
            }
        }
        for (const Node& node : base_.children(base_.root())) {
            const std::string_view key = base_.key(node);
            if (own_.find(own_.root(), key) == nullptr && wayOf(key) != Way::Alone) graft_.add(base_, node);
        }
        graft_.close();
        return std::move(made_);
    }

private:
    void meet(Way way, Side own, Side other) {
        const bool areLists = way == Way::United || way == Way::Before;
        if (way == Way::Once) {
            mistakes_.add(Mistake::BadExtends, own.node.keyPlace(),
                          "the file that this one extends has a matrix already",
                          "a matrix may stand in one of them only");
        }
        if (way == Way::Alone || way == Way::Instead || way == Way::Once) return graft_.add(own.tree, own.node);
        if (!isEach(own, other, areLists ? Kind::List : Kind::Object)) return;
        if (!areLists) return merge(own, other, way == Way::Devices ? 2 : 1);
        if (way == Way::United) return unite(own, other);
        graft_.open(own.tree, own.node);
        for (const Node& item : other.tree.children(other.node)) graft_.add(other.tree, item);
        for (const Node& item : own.tree.children(own.node)) graft_.add(own.tree, item);
        graft_.close();
    }

    // The one that is of another kind stays as it is: its mistake is told there.
    bool isEach(Side own, Side other, Kind kind) {
        if (own.node.kind == kind && other.node.kind == kind) return true;
        const Side wrong = own.node.kind == kind ? other : own;
        if (wrong.node.kind == Kind::String && wrong.tree.text(wrong.node).find("${") != std::string_view::npos) {
            mistakes_.add(
                Mistake::BadExtends, wrong.node.place,
                fmt::format("\"{}\" stands in both files and can't be a variable", wrong.tree.key(wrong.node)));
        }
        graft_.add(wrong.tree, wrong.node);
        return false;
    }

    void merge(Side own, Side other, int depth) {
        graft_.open(own.tree, own.node);
        for (const Node& member : own.tree.children(own.node)) {
            const Node* const same = other.tree.find(other.node, own.tree.key(member));
            if (depth > 1 && same != nullptr && same->kind == Kind::Object && member.kind == Kind::Object) {
                merge({own.tree, member}, {other.tree, *same}, depth - 1);
            } else {
                graft_.add(own.tree, member);
            }
        }
        for (const Node& member : other.tree.children(other.node)) {
            if (own.tree.find(own.node, other.tree.key(member)) == nullptr) graft_.add(other.tree, member);
        }
        graft_.close();
    }

    void unite(Side own, Side other) {
        std::set<std::string_view> there;
        graft_.open(own.tree, own.node);
        for (const Node& item : own.tree.children(own.node)) {
            there.insert(own.tree.text(item));
            graft_.add(own.tree, item);
        }
        for (const Node& item : other.tree.children(other.node)) {
            if (there.insert(other.tree.text(item)).second) graft_.add(other.tree, item);
        }
        graft_.close();
    }

    Document made_;
    Graft graft_;
    const Document& own_;
    const Document& base_;
    Mistakes& mistakes_;
};

// A Setting writes a tree anew with other values in its matrix.
class Setting {
public:
    Setting(std::string_view text, const Document& file, const VariableTrees& values)
        : graft_(made_, text), file_(file), values_(values) {}

    Document make() && {
        graft_.open(file_, file_.root());
        for (const Node& node : file_.children(file_.root())) {
            const bool isMatrix = file_.key(node) == "matrix";
            if (isMatrix && node.kind == Kind::Object) {
                lists(node);
            } else if (isMatrix && node.kind == Kind::List) {
                entries(node);
            } else {
                graft_.add(file_, node);
            }
        }
        graft_.close();
        return std::move(made_);
    }

private:
    [[nodiscard]] const Document* valueOf(std::string_view variable) const {
        const auto found =
            std::find_if(values_.begin(), values_.end(), [&](const auto& value) { return value.first == variable; });
        return found == values_.end() ? nullptr : found->second;
    }

    void lists(const Node& matrix) {
        graft_.open(file_, matrix);
        for (const Node& list : file_.children(matrix)) {
            const Document* const value = valueOf(file_.key(list));
            if (value == nullptr || list.kind != Kind::List) {
                graft_.add(file_, list);
                continue;
            }
            graft_.open(file_, list);
            graft_.add(*value, value->root());
            graft_.close();
        }
        graft_.close();
    }

    void entries(const Node& matrix) {
        std::set<std::string> there;
        graft_.open(file_, matrix);
        for (const Node& entry : file_.children(matrix)) {
            const std::string rest = withoutValues(entry);
            if (!rest.empty() && !there.insert(rest).second) continue;
            graft_.open(file_, entry);
            for (const Node& member : file_.children(entry)) {
                const Document* const value = valueOf(file_.key(member));
                if (value == nullptr) {
                    graft_.add(file_, member);
                } else {
                    graft_.addAs(*value, value->root(), file_, member);
                }
            }
            graft_.close();
        }
        graft_.close();
    }

    // What tells `entry` from others once the values are set; empty if none of them is in it.
    [[nodiscard]] std::string withoutValues(const Node& entry) const {
        std::string rest = "{";
        bool isSet = false;
        for (const Node& member : file_.children(entry)) {
            if (valueOf(file_.key(member)) != nullptr) {
                isSet = true;
            } else {
                rest += fmt::format("{}:{},", file_.key(member), file_.compact(member));
            }
        }
        return isSet ? rest : std::string();
    }

    Document made_;
    Graft graft_;
    const Document& file_;
    const VariableTrees& values_;
};

}  // namespace

json::Document extended(std::string_view text, const json::Document& own, const json::Document& base,
                        Mistakes& mistakes) {
    return Extension{text, own, base, mistakes}.make();
}

json::Document withValues(std::string_view text, const json::Document& file, const VariableTrees& values) {
    return Setting{text, file, values}.make();
}

}  // namespace mdsync::scenario
