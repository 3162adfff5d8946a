#include "scenario/word_expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace mdsync::scenario {

namespace {

bool isOperator(std::string_view token) {
    return token == "and" || token == "or" || token == "not" || token == "!" || token == "(" || token == ")";
}

// The words and operators. A parenthesis within a word belongs to it.
std::vector<std::string> tokensOf(std::string_view text) {
    std::vector<std::string> tokens;
    std::size_t open = 0;
    while (!text.empty()) {
        std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        while (!word.empty() && (word.front() == '(' || word.front() == '!')) {
            open += word.front() == '(' ? 1 : 0;
            tokens.emplace_back(1, word.front());
            word.remove_prefix(1);
        }
        std::size_t closed = 0;
        while (closed < open && word.ends_with(')')) {
            word.remove_suffix(1);
            ++closed;
        }
        if (!word.empty()) tokens.emplace_back(word);
        tokens.insert(tokens.end(), closed, ")");
        open -= closed;
    }
    return tokens;
}

class Reading {
public:
    Reading(std::string_view text, const std::function<bool(std::string_view)>& isTrue)
        : tokens_(tokensOf(text)), isTrue_(isTrue) {}

    bool whole() {
        if (tokens_.empty()) return true;
        const bool value = either();
        if (at_ < tokens_.size()) complain(fmt::format("\"{}\" is one too many", tokens_[at_]));
        return value;
    }

    [[nodiscard]] const std::string& mistake() const { return mistake_; }

private:
    bool either() {
        bool value = both();
        while (take("or")) value = both() || value;
        return value;
    }

    bool both() {
        bool value = one();
        while (take("and")) value = one() && value;
        return value;
    }

    bool one() {
        if (take("not") || take("!")) return !one();
        if (take("(")) {
            const bool value = either();
            if (!take(")")) complain("a ( is not closed");
            return value;
        }
        std::string words;
        while (at_ < tokens_.size() && !isOperator(tokens_[at_])) {
            words += fmt::format("{}{}", words.empty() ? "" : " ", tokens_[at_++]);
        }
        if (words.empty()) {
            complain(at_ == tokens_.size() ? "a word is missing at the end"
                                           : fmt::format("a word is missing before \"{}\"", tokens_[at_]));
            at_ = tokens_.size();
            return false;
        }
        return isTrue_(words);
    }

    bool take(std::string_view token) {
        const bool isThere = at_ < tokens_.size() && tokens_[at_] == token;
        if (isThere) ++at_;
        return isThere;
    }

    void complain(std::string text) {
        if (mistake_.empty()) mistake_ = std::move(text);
    }

    std::vector<std::string> tokens_;
    const std::function<bool(std::string_view)>& isTrue_;
    std::size_t at_ = 0;
    std::string mistake_;
};

}  // namespace

bool holds(std::string_view expression, const std::function<bool(std::string_view)>& isTrue, std::string& mistake) {
    Reading reading(expression, isTrue);
    const bool value = reading.whole();
    mistake = reading.mistake();
    return value && mistake.empty();
}

}  // namespace mdsync::scenario
