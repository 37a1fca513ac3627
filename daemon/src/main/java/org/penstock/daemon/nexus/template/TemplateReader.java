package org.penstock.daemon.nexus.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a template and collects all that is wrong with it.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class TemplateReader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");
    private static final String KEEP = "$keep";
    private static final String VALUE = "$value";
    private static final String LINK = "-> ";
    private static final String NX_CLASS = "NX_class";

    private final YAMLParser parser;
    private final List<String> problems = new ArrayList<>();
    private final Map<Source, String> paths = new HashMap<>();
    private final Map<Source, String> forms = new HashMap<>();

    private TemplateReader(YAMLParser parser) {
        this.parser = parser;
    }

    static ScanTemplate read(String source, String yaml) {
        try (YAMLParser parser = new YAMLFactory().createParser(yaml)) {
            TemplateReader reader = new TemplateReader(parser);
            ScanTemplate template = reader.read();
            if (template == null || !reader.problems.isEmpty()) {
                throw new TemplateException(source, reader.problems);
            }
            return template;
        } catch (JsonProcessingException e) {
            String at =
                    e.getLocation() == null ? "" : ", line=" + e.getLocation().getLineNr();
            throw new TemplateException(
                    "scan template is not YAML: source=" + source + at + ", reason=" + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory does not fail", e);
        }
    }

    private @Nullable ScanTemplate read() throws IOException {
        Text entryName = null;
        TemplateNode.Group entry = null;
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            problem(line(), "expected=the keys entry and tree");
            return null;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            int line = line();
            JsonToken token = parser.nextToken();
            if (key.equals("entry") && token == JsonToken.VALUE_STRING) {
                entryName = entryName(line);
            } else if (key.equals("tree") && token == JsonToken.START_OBJECT) {
                entry = groupOrItem("tree", "", line) instanceof TemplateNode.Group group ? group : null;
            } else {
                problem(line, "expected=entry: a name, tree: groups and fields, actual=" + key);
                parser.skipChildren();
            }
        }
        if (entryName == null || entry == null) {
            problem(1, "expected=both keys, entry and tree");
            return null;
        }
        return template(entryName, entry);
    }

    private @Nullable Text entryName(int line) throws IOException {
        Text name = text(line);
        boolean hasNumber = name != null
                && !name.isFixed()
                && name.pieces().stream().allMatch(piece -> piece == Variable.NUMBER || piece instanceof String);
        if (name != null && !hasNumber) {
            problem(line, "expected=a name with {number} and no other variable, actual=" + parser.getText());
            return null;
        }
        String example = name == null ? "1" : String.valueOf(name.resolve(_ -> 1));
        if (!NAME.matcher(example).matches()) {
            problem(line, "expected=a name of letters, digits, _ . -, actual=" + parser.getText());
            return null;
        }
        return name;
    }

    private @Nullable ScanTemplate template(Text entryName, TemplateNode.Group entry) {
        boolean isMeasurementData = "data".equals(forms.get(Source.MEASUREMENT));
        for (Source source : List.of(Source.DETECTORS, Source.MOVERS, Source.MEASUREMENT)) {
            String form = forms.get(source);
            boolean isData = (source == Source.MEASUREMENT) == isMeasurementData;
            if (form == null) {
                problem(entry.line(), "nothing says where they go: expected=" + source.key() + " somewhere");
            } else if (form.equals("data") != isData) {
                problem(
                        entry.line(),
                        "data is in one place: expected=" + source.key() + ": " + (isData ? "data" : "links")
                                + (isMeasurementData ? ", as $measurement has the data" : ", as $measurement has links")
                                + ", actual=" + form);
            }
        }
        if (!problems.isEmpty()) {
            return null;
        }
        return new ScanTemplate(
                entryName,
                entry,
                paths.getOrDefault(Source.DETECTORS, ""),
                paths.getOrDefault(Source.MOVERS, ""),
                paths.getOrDefault(Source.MEASUREMENT, ""),
                isMeasurementData);
    }

    /** What stands in a mapping. */
    private static final class Mapping {
        final Map<String, Text> attributes = new LinkedHashMap<>();
        final List<TemplateNode> children = new ArrayList<>();
        final Map<String, Integer> lines = new HashMap<>();
        boolean isKept;

        @Nullable Text value;
    }

    private Mapping mapping(String path) throws IOException {
        Mapping mapping = new Mapping();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            int line = line();
            Integer before = mapping.lines.putIfAbsent(key, line);
            if (before != null) {
                problem(line, "key given twice: key=" + key + ", before in line " + before);
            }
            JsonToken token = parser.nextToken();
            if (key.startsWith("@")) {
                attribute(mapping, key.substring(1), token, line);
            } else if (key.startsWith("$")) {
                order(mapping, key, token, path, line);
            } else {
                child(mapping, key, token, path, line);
            }
        }
        return mapping;
    }

    private void attribute(Mapping mapping, String name, JsonToken token, int line) throws IOException {
        Text value = scalar("@" + name, token, line);
        if (value == null) {
            return;
        }
        if (name.equals(NX_CLASS) && !(value.isFixed() && parser.getText().startsWith("NX"))) {
            problem(line, "no NeXus class: expected=a name that begins with NX, actual=" + parser.getText());
        }
        mapping.attributes.put(name, value);
    }

    private void order(Mapping mapping, String key, JsonToken token, String path, int line) throws IOException {
        if (key.equals(KEEP)) {
            mapping.isKept = token == JsonToken.VALUE_TRUE;
            return;
        }
        if (key.equals(VALUE)) {
            mapping.value = scalar(key, token, line);
            return;
        }
        for (Source source : Source.values()) {
            if (source.key().equals(key)) {
                insert(mapping, source, token, path, line);
                return;
            }
        }
        List<String> known = List.of(Source.values()).stream().map(Source::key).toList();
        problem(line, "unknown source: actual=" + key + ", expected=one of " + known + ", $value or $keep");
        parser.skipChildren();
    }

    private void insert(Mapping mapping, Source source, JsonToken token, String path, int line) throws IOException {
        String form = token == JsonToken.VALUE_NULL ? "" : parser.getText();
        if (!token.isScalarValue() || !source.forms().contains(form)) {
            problem(
                    line,
                    "unknown form: key=" + source.key() + ", actual=" + form + ", expected=one of " + source.forms());
            parser.skipChildren();
            return;
        }
        if (source.forms().contains("data") && paths.put(source, path) != null) {
            problem(line, "inserted twice: key=" + source.key());
        }
        forms.put(source, form);
        mapping.children.add(new TemplateNode.Insert(source, form, line));
    }

    private void child(Mapping mapping, String name, JsonToken token, String path, int line) throws IOException {
        if (!NAME.matcher(name).matches()) {
            problem(line, "name refused: actual=" + name + ", expected=letters, digits, _ . -");
        }
        if (token == JsonToken.START_OBJECT) {
            mapping.children.add(groupOrItem(name, path.isEmpty() ? name : path + "/" + name, line));
            return;
        }
        String written = token.isScalarValue() ? parser.getText() : "";
        Text value = scalar(name, token, line);
        if (value != null && written.startsWith(LINK)) {
            mapping.children.add(new TemplateNode.Link(name, Text.of(written.substring(LINK.length())), line));
        } else if (value != null) {
            mapping.children.add(new TemplateNode.Item(name, value, Map.of(), line));
        }
    }

    private TemplateNode groupOrItem(String name, String path, int line) throws IOException {
        Mapping mapping = mapping(path);
        if (mapping.value != null) {
            if (!mapping.children.isEmpty()) {
                problem(line, "a field holds no groups: field=" + name + ", expected=" + VALUE + " and attributes");
            }
            return new TemplateNode.Item(name, mapping.value, mapping.attributes, line);
        }
        if (!mapping.attributes.containsKey(NX_CLASS)) {
            problem(
                    line,
                    "group without a class: group=" + name + ", expected=\"@NX_class\", or " + VALUE + " for a field");
        }
        return new TemplateNode.Group(name, mapping.attributes, mapping.children, mapping.isKept, line);
    }

    private @Nullable Text scalar(String key, JsonToken token, int line) throws IOException {
        if (!token.isScalarValue() || token == JsonToken.VALUE_NULL) {
            problem(line, "no text: key=" + key + ", expected=a text, with variables in braces");
            parser.skipChildren();
            return null;
        }
        return text(line);
    }

    private @Nullable Text text(int line) throws IOException {
        try {
            return Text.of(parser.getText());
        } catch (IllegalArgumentException e) {
            problem(line, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private void problem(int line, String what) {
        problems.add("line " + line + ": " + what);
    }
}
