#include "scenario/steps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mdsync::scenario {

namespace {

std::vector<std::string_view> verbNames() {
    std::vector<std::string_view> names;
    for (const Verb& verb : verbs()) names.push_back(verb.name());
    return names;
}

// Whether some verb has a key of this name beside itself.
bool isCompanion(std::string_view key) {
    for (const Verb& verb : verbs()) {
        for (const Field& field : verb.table.fields.subspan(1)) {
            if (field.name == key) return true;
        }
    }
    return false;
}

Place firstByte(Place place) {
    return {place.offset, 1};
}

}  // namespace

StepReader::StepReader(Scope& scope, Names& names, Budget& budget, Case& into)
    : scope_(scope),
      names_(names),
      budget_(budget),
      case_(into),
      certainty_(into.header, into.network),
      now_(into.header.t),
      since_(into.header.devices.size()) {}

void StepReader::read(const Value& steps) {
    if (steps.kind != ValueKind::List) return;
    for (const json::Node& child : scope_.children(steps)) {
        if (budget_.exhausted() || scope_.mistakes().full()) return;
        readStep(child);
    }
}

void StepReader::readStep(const json::Node& node) {
    const Value step = scope_.value(node);
    const std::uint64_t before = scope_.mistakes().count();
    const Verb* verb = nullptr;
    if (step.usable() && step.kind != ValueKind::Object) {
        scope_.fault(Mistake::WrongType, step, fmt::format("a step is an object, not {}", describe(step)),
                     "{ \"login\": \"alice/phone\" }");
    } else if (step.usable()) {
        verb = verbOf(step);
    }
    if (verb == nullptr) {  // it could have been anything
        names_.forgiveUnknownMessages();
        certainty_.forget();
        isSomethingDone_ = true;
        return;
    }
    Place anchor = step.place;
    for (const json::Node& child : scope_.children(step)) {
        if (scope_.rawKey(child) == verb->name()) anchor = child.keyPlace();
    }
    if (verb->name() == "repeat") return readRepeat(step, *verb, anchor);
    readPlain(step, *verb, anchor);
    if (verb->isAction || verb->name() == "concurrently") isSomethingDone_ = true;
    if (scope_.mistakes().count() == before) return;
    certainty_.forget();
    if (verb->name() == "send" || verb->name() == "publish" || verb->name() == "concurrently") {
        names_.forgiveUnknownMessages();
    }
}

const Verb* StepReader::verbOf(const Value& step) {
    const Verb* found = nullptr;
    for (const json::Node& child : scope_.children(step)) {
        const std::string_view key = scope_.rawKey(child);
        for (const Verb& verb : verbs()) {
            if (verb.name() != key) continue;
            if (found != nullptr) {
                scope_.mistakes().add(
                    Mistake::ConflictingKeys, child.keyPlace(),
                    fmt::format("a step has one verb, not both \"{}\" and \"{}\"", found->name(), key),
                    "make two steps of it");
                return nullptr;
            }
            found = &verb;
        }
    }
    if (found == nullptr) unknownVerb(step);
    return found;
}

void StepReader::unknownVerb(const Value& step) {
    const json::Node* suspect = nullptr;
    for (const json::Node& child : scope_.children(step)) {
        if (suspect == nullptr || (isCompanion(scope_.rawKey(*suspect)) && !isCompanion(scope_.rawKey(child)))) {
            suspect = &child;
        }
    }
    if (suspect == nullptr || isCompanion(scope_.rawKey(*suspect))) {
        scope_.mistakes().add(Mistake::MissingKey, firstByte(step.place), "this step has no verb",
                              fmt::format("one of {}", fmt::join(verbNames(), ", ")));
        return;
    }
    const std::string_view key = scope_.rawKey(*suspect);
    std::string hint = suggest(key, verbNames());
    if (hint.empty()) hint = fmt::format("known: {}", fmt::join(verbNames(), ", "));
    scope_.mistakes().add(Mistake::UnknownVerb, suspect->keyPlace(), fmt::format("unknown step {}", quoted(key)), hint);
}

// ---- Repeats --------------------------------------------------------------------------------------------------------

void StepReader::readRepeat(const Value& step, const Verb& verb, Place anchor) {
    const std::uint64_t before = scope_.mistakes().count();
    const Fields fields = scope_.fields(step, verb.table, anchor);
    const Value& count = fields["repeat"];
    const Value& as = fields["as"];
    const Value& steps = fields["steps"];
    std::string_view name = "i";
    std::uint64_t rounds = 0;
    if (as.usable()) {
        name = as.text;
        if (!isName(name) || name.find('$') != std::string_view::npos) {
            scope_.fault(Mistake::BadName, as, fmt::format("{} can't be the name of a count", quoted(name)));
        } else if (scope_.isBound(name)) {
            scope_.fault(Mistake::DuplicateName, as,
                         fmt::format("{} is the name of something else here", quoted(name)));
        }
    }
    if (as.absent() && scope_.isMatrixKey(name)) {
        scope_.fault(Mistake::DuplicateName, count, "the matrix has a key \"i\", which is also the name of this count",
                     "give the count a name: \"as\": \"round\"");
    }
    if (count.usable()) {
        const auto number = Scope::wholeUnsigned(count);
        if (!number && count.text.starts_with('-')) {
            scope_.fault(Mistake::OutOfRange, count,
                         fmt::format("\"repeat\" is at least 0, not {}", count.text.substr(0, 40)));
        } else if (!number && count.text.find_first_of(".eE") != std::string_view::npos) {
            scope_.fault(Mistake::WrongType, count,
                         fmt::format("\"repeat\" takes a whole number, not {}", count.text.substr(0, 40)));
        } else if (!number || *number > Budget::kMostSteps) {
            return budget_.overrun(count.place, fmt::format("a repeat of more than {} rounds", Budget::kMostSteps));
        } else {
            rounds = *number;
        }
    }
    const bool isFaulty = before != scope_.mistakes().count();
    if (as.kind == ValueKind::Broken) scope_.forgiveUnknownVariables();
    if (rounds == 0 || isFaulty) return rehearse(steps, name, isFaulty);
    for (std::uint64_t i = 1; i <= rounds; ++i) {
        if (!budget_.take(1, count.place) || scope_.mistakes().full()) return;
        scope_.bind({name, std::to_string(i), nullptr, Scope::Variable::kNoSlot});
        read(steps);
        scope_.unbind();
    }
}

// Reads steps that happen never, or nobody knows how often, for the mistakes in them only.
void StepReader::rehearse(const Value& steps, std::string_view name, bool isFaulty) {
    if (steps.usable() && rehearsed_.insert(steps.node).second) {
        const std::uint64_t before = scope_.mistakes().count();
        const std::size_t length = case_.steps.size();
        const Lexicon lexicon = case_.lexicon;
        const Names::Sent sent = names_.sent();
        const Certainty certainty = certainty_;
        const Instant now = now_;
        const bool isSomethingDone = isSomethingDone_;
        const Names::Sent* const around = names_.rehearse(&sent);
        certainty_.forget();
        scope_.bind({name, "1", nullptr, Scope::Variable::kNoSlot});
        read(steps);
        scope_.unbind();
        case_.steps.resize(length);
        case_.lexicon = lexicon;
        (void)names_.rehearse(around);
        names_.takeBack(sent);
        certainty_ = certainty;
        now_ = now;
        isSomethingDone_ = isSomethingDone;
        isFaulty = isFaulty || before != scope_.mistakes().count();
    }
    if (!isFaulty) return;
    names_.forgiveUnknownMessages();
    certainty_.forget();
    isSomethingDone_ = true;
}

// ---- Plain steps ----------------------------------------------------------------------------------------------------

void StepReader::readPlain(const Value& value, const Verb& verb, Place anchor) {
    const std::uint64_t before = scope_.mistakes().count();
    const Fields fields = scope_.fields(value, verb.table, anchor);
    const Value& main = fields.at(0);
    Step step;
    places_.clear();
    step.span = scope_.mistakes().spanOf(value.place);
    step.base = static_cast<std::uint32_t>(scope_.mistakes().partOf(value.place.offset));
    if (verb.name() == "expect") {
        if (main.usable()) appendExpectations(main, step);
        return;
    }
    if (verb.name() == "note") {
        step.kind = StepKind::Note;
        step.settle = false;
        step.note = main.text;
    } else if (verb.name() == "wait") {
        step.kind = StepKind::Wait;
        if (main.usable()) readWait(main, step);
    } else if (verb.name() == "concurrently") {
        step.kind = StepKind::Concurrently;
        if (main.usable()) readConcurrently(main, step.actions);
    } else {
        readActions(fields, step.actions);
    }
    if (before != scope_.mistakes().count() || !budget_.takeStep(value.place)) return;
    if (verb.name() != "note") {
        const Value& settle = fields["settle"];
        step.settle = settle.absent() || settle.truth;
    }
    checkObstacles(step);
    case_.steps.push_back(std::move(step));
}

// One step for each thing that the expectation is about.
void StepReader::appendExpectations(const Value& value, Step step) {
    const std::uint64_t before = scope_.mistakes().count();
    std::vector<Expectation> expectations;
    readExpectation(value, expectations);
    step.kind = StepKind::Expect;
    step.settle = false;
    if (before != scope_.mistakes().count()) return;
    for (Expectation& expectation : expectations) {
        if (!budget_.takeStep(value.place)) return;
        step.expect = std::move(expectation);
        case_.steps.push_back(step);
    }
}

// What is impossible for certain is reported; what follows from the step is remembered.
void StepReader::checkObstacles(const Step& step) {
    const auto report = [&](std::size_t i, const std::string& obstacle) {
        if (!obstacle.empty()) scope_.fault(Mistake::ImpossibleStep, places_[i], obstacle, since(step.actions[i]));
    };
    if (step.kind == StepKind::Concurrently) {
        const std::vector<std::string> obstacles = certainty_.obstacles(step.actions);
        for (std::size_t i = 0; i < obstacles.size(); ++i) report(i, obstacles[i]);
        return certainty_.applyTogether(step.actions, step.settle);
    }
    for (std::size_t i = 0; i < step.actions.size(); ++i) {
        report(i, certainty_.obstacle(step.actions[i]));
        // Each of several logins begins when the one before is online or refused.
        const Action& action = step.actions[i];
        const Presence before = action.op.device.exists() ? certainty_.presence(action.op.device) : Presence::Unknown;
        certainty_.apply(action, step.settle || i + 1 < step.actions.size());
        remember(action, before, step);
    }
}

// Who says that a device is certainly online says since when.
void StepReader::remember(const Action& action, Presence before, const Step& step) {
    if (action.op.kind == OpKind::ServerRestart) std::fill(since_.begin(), since_.end(), placeOf(step.span, step.base));
    if (!action.op.device.exists() || certainty_.presence(action.op.device) == before) return;
    since_[action.op.device.index()] = placeOf(step.span, step.base);
}

std::string StepReader::placeOf(const Span& span, std::uint32_t base) const {
    return base == 0 ? fmt::format("line {}", span.line) : fmt::format("{}:{}", case_.bases[base - 1], span.line);
}

// `it is so since line 7`; nothing where no step made it so.
std::string StepReader::since(const Action& action) const {
    const std::string& place = since_[action.op.device.index()];
    if (!place.empty()) return fmt::format("it is so since {}", place);
    return certainty_.presence(action.op.device) == Presence::Offline ? "no step before logs it in" : "";
}

}  // namespace mdsync::scenario
