// Reading untrusted XML with libxml2: no network, no files, no entities, and bounded.
#pragma once

#include <libxml/tree.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stack/base/bytes.h"

namespace assay::attest {

// Bytes of a document; real manifests have about 25 KiB.
inline constexpr size_t kMaxXml = size_t{256} << 10;
// Attributes of one element, of which libxml2 compares each with each. Counted before it reads anything, as
// '=' between two '<'.
inline constexpr size_t kMaxXmlAttributes = 512;

struct XmlReleaser {
    void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using XmlDocument = std::unique_ptr<xmlDoc, XmlReleaser>;

// Whether a document type stands before the first element. What it declares is not read.
bool declares_document_type(ByteView xml);

// Reads a document in UTF-8, nested at most 256 deep. Errors: Errc::bad_text with the reason.
Result<XmlDocument> parse_xml(ByteView xml);

// Keeps libxml2 from writing to standard error while it lives.
class XmlSilence {
   public:
    XmlSilence();
    ~XmlSilence();
    XmlSilence(const XmlSilence&) = delete;
    XmlSilence& operator=(const XmlSilence&) = delete;

   private:
    void* context_;
    void (*handler_)(void*, xmlError*);
};

// An element of a document that outlives it.
class XmlElement {
   public:
    explicit XmlElement(xmlNode* node) : node_(node) {}
    static XmlElement root(const XmlDocument& document) {
        return XmlElement(xmlDocGetRootElement(document.get()));
    }

    xmlNode* node() const { return node_; }
    std::string_view name() const;        // without its prefix
    std::string_view name_space() const;  // empty when it has none
    bool is(std::string_view space, std::string_view name) const;

    // The elements directly inside, in order; comments and text are passed over.
    std::vector<XmlElement> children() const;
    std::vector<XmlElement> children(std::string_view space, std::string_view name) const;
    // All below, itself included.
    std::vector<XmlElement> descendants(std::string_view space, std::string_view name) const;
    // The text directly inside.
    std::string text() const;

    struct Attribute {
        std::string name;
        std::string name_space;
        std::string value;
    };
    std::vector<Attribute> attributes() const;
    // nullopt: it is not there.
    std::optional<std::string> attribute(std::string_view name, std::string_view space = {}) const;

   private:
    xmlNode* node_;
};

}  // namespace assay::attest
