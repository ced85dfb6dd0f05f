#include "conformance/bench/manifests.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <sstream>

#include "stack/attest/bundle.h"
#include "stack/attest/verify.h"

namespace assay::bench {

namespace {

constexpr std::string_view kPath = "rims/0.xml", kSubject = "rim-0";

// `piece` as often as it fits.
std::string repeated(std::string_view piece, size_t size) {
    std::string text;
    text.reserve(size);
    while (text.size() + piece.size() <= size) text += piece;
    return text;
}

// The document with something put before its first `mark`.
std::string before(std::string document, std::string_view mark, const std::string& what) {
    const size_t at = document.find(mark);
    return at == std::string::npos ? document : document.insert(at, what);
}

// "a1='' a2='' …"
std::string attributes(size_t size) {
    std::string text;
    for (size_t i = 0; text.size() + 16 < size; ++i) text += fmt::format(" a{}=''", i);
    return text;
}

// Ten times ten times … the same, and room between the declarations.
std::string bomb(size_t size) {
    std::string text = "<!DOCTYPE SoftwareIdentity [<!ENTITY a \"aaaaaaaaaa\">";
    for (char name = 'b'; name <= 'j'; ++name) {
        const std::string inner = repeated(fmt::format("&{};", static_cast<char>(name - 1)), 30);
        text += fmt::format("<!ENTITY {} \"{}\">", name, inner);
    }
    if (text.size() + 2 < size) text.append(size - text.size() - 2, ' ');
    return text + "]>";
}

attest::Appraisal judged(const evidence::Files& files, const attest::Context& context) {
    attest::Appraisal appraisal;
    const attest::Evidence evidence = attest::read_evidence(appraisal, files);
    attest::verify(appraisal, evidence, context);
    return appraisal;
}

uint64_t most_resident() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

// What the child says; empty if it comes to harm.
std::string in_child(const std::function<std::string()>& work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return {};
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string said = work();
        const bool written = ::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
        ::_exit(written ? 0 : 1);
    }
    ::close(ends[1]);
    std::string said;
    std::array<char, 256> piece{};
    for (ssize_t size = 0; (size = ::read(ends[0], piece.data(), piece.size())) > 0;)
        said.append(piece.data(), static_cast<size_t>(size));
    ::close(ends[0]);
    int status = 0;
    if (child > 0) ::waitpid(child, &status, 0);
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? said : std::string();
}

HostileManifest measured(const evidence::Files& genuine, evidence::Files files,
                         const attest::Context& context) {
    // What is free here would be used by the child and not be seen.
    ::malloc_trim(0);
    std::istringstream said(in_child([&] {
        judged(genuine, context);
        const uint64_t before = most_resident();
        const attest::Appraisal appraisal = judged(files, context);
        const uint64_t growth = most_resident() - before;
        const auto refusals = appraisal.refusals();
        const auto first = std::ranges::find(refusals, kSubject, &attest::CheckRecord::subject);
        return fmt::format("{} {} {}", growth, attest::name(appraisal.verdict()),
                           first == refusals.end() ? "" : attest::info((*first)->check).name);
    }));
    HostileManifest result;
    uint64_t growth = 0;
    if (said >> growth >> result.verdict) {
        result.growth = growth;
        said >> result.refused_by;
    } else {
        result.verdict = "died";
    }
    return result;
}

}  // namespace

std::string hostile_manifest(std::string_view kind, const std::string& genuine, size_t size) {
    const size_t room = std::max(size, genuine.size() + 64) - genuine.size();
    const std::string_view inside = "</ns0:Payload>";
    if (kind == "one giant text") return before(genuine, inside, std::string(room, 'x'));
    if (kind == "many elements") return before(genuine, inside, repeated("<a/>", room));
    if (kind == "deep nesting")
        return before(genuine, inside, repeated("<a>", room * 3 / 7) + repeated("</a>", room * 4 / 7));
    if (kind == "many attributes")
        return before(genuine, inside, fmt::format("<ns0:Resource{}/>", attributes(room - 24)));
    if (kind == "entity bomb")
        return before(before(genuine, inside, "&j;"), "<SoftwareIdentity", bomb(room - 3));
    if (kind == "huge signature") return before(genuine, "</ds:SignatureValue>", std::string(room, 'A'));
    return {};
}

Result<std::vector<HostileManifest>> measure_hostile_manifests(const evidence::Machine& machine,
                                                               size_t size) {
    const evidence::Files genuine = TRY(evidence::make(machine));
    const auto text = [&](const std::string& path) {
        const Bytes& bytes = genuine.at(path);
        return std::string(bytes.begin(), bytes.end());
    };
    const attest::Context context = TRY(attest::read_context(text("context.json"), genuine));
    std::vector<HostileManifest> all;
    for (const std::string_view kind : kHostileKinds) {
        evidence::Files files = genuine;
        files[std::string(kPath)] =
            to_bytes(as_bytes(hostile_manifest(kind, text(std::string(kPath)), size)));
        const uint64_t made = files[std::string(kPath)].size();
        all.push_back(measured(genuine, std::move(files), context));
        all.back().kind = kind;
        all.back().size = made;
    }
    return all;
}

}  // namespace assay::bench
