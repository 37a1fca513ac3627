package org.penstock.daemon.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lays the operator's file over the defaults and builds the records, collecting every problem before it refuses. */
final class ConfigReader {
    static final String DEFAULTS = "penstock.yaml";

    private final String source;
    private final Map<String, ConfigKey> keys = ConfigKey.all().stream()
            .collect(Collectors.toMap(ConfigKey::path, key -> key, (a, _) -> a, LinkedHashMap::new));
    private final List<Problem> problems = new ArrayList<>();
    private Map<String, YamlKeys.Value> values = Map.of();
    private Map<String, YamlKeys.Value> defaults = Map.of();

    private ConfigReader(String source) {
        this.source = source;
    }

    static DaemonConfig readDefaults() {
        return new ConfigReader(DEFAULTS).bind("");
    }

    static DaemonConfig read(Path file) {
        return new ConfigReader(file.toString()).bind(textOf(file));
    }

    static List<ConfigEntry> explain(@Nullable Path file) {
        ConfigReader reader = new ConfigReader(file == null ? DEFAULTS : file.toString());
        DaemonConfig config = reader.bind(file == null ? "" : textOf(file));
        return reader.keys.values().stream()
                .map(key -> new ConfigEntry(key.path(), key.text(config), reader.sourceOf(key)))
                .toList();
    }

    private String sourceOf(ConfigKey key) {
        YamlKeys.Value value = values.get(key.path());
        YamlKeys.Value effective = value == null ? Objects.requireNonNull(defaults.get(key.path())) : value;
        return (value == null ? "default" : source + ":" + value.line())
                + (key.isAutomatic(effective.text()) ? ", chosen for this machine" : "");
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ConfigurationException("configuration not readable: file=" + file + ", reason=" + e, e);
        }
    }

    static DaemonConfig read(String yaml) {
        return new ConfigReader("text").bind(yaml);
    }

    private DaemonConfig bind(String yaml) {
        defaults = parse(defaultText());
        values = parse(yaml);
        values.keySet().stream().filter(path -> !keys.containsKey(path)).forEach(this::refuseUnknown);
        DaemonConfig config = (DaemonConfig) construct(
                DaemonConfig.class,
                Stream.of(DaemonConfig.class.getRecordComponents())
                        .map(this::bindSection)
                        .toArray());
        if (!problems.isEmpty() || config == null) {
            throw new ConfigurationException(source, problems);
        }
        return config;
    }

    private @Nullable Object bindSection(RecordComponent section) {
        Object[] arguments = keys.values().stream()
                .filter(key -> key.section().getName().equals(section.getName()))
                .map(this::bindValue)
                .toArray();
        return construct(section.getType(), arguments);
    }

    // a value that can not be read is replaced by its default, so that the rest of its section is still checked
    private @Nullable Object bindValue(ConfigKey key) {
        YamlKeys.Value byDefault = Objects.requireNonNull(defaults.get(key.path()), key.path());
        YamlKeys.Value value = values.getOrDefault(key.path(), byDefault);
        try {
            return key.parse(value.text());
        } catch (IllegalArgumentException e) {
            problems.add(located(Problem.expected(key.path(), String.valueOf(e.getMessage()), "" + value.text())));
            return key.parse(byDefault.text());
        }
    }

    private @Nullable Object construct(Class<?> type, @Nullable Object[] arguments) {
        Class<?>[] types = Stream.of(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof ConfigurationException refused) {
                refused.problems().stream().map(this::located).forEach(problems::add);
                return null;
            }
            throw new IllegalStateException("constructor failed: type=" + type.getName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("every record has its canonical constructor", e);
        }
    }

    private void refuseUnknown(String path) {
        YamlKeys.Value value = Objects.requireNonNull(values.get(path));
        if (ConfigKey.sections().contains(path)) {
            // "network:" with nothing below it says nothing
            if (value.text() != null && !value.text().isEmpty()) {
                problems.add(located(Problem.expected(path, "a section of keys", value.text())));
            }
            return;
        }
        String advice = NearestKey.of(path, keys.keySet())
                .map(near -> ", did you mean " + near + "?")
                .orElse("");
        problems.add(located(new Problem(path, "unknown key" + advice)));
    }

    private Problem located(Problem problem) {
        YamlKeys.Value value = values.get(problem.key());
        return value == null ? problem : new Problem(problem.key(), problem.text() + " (line " + value.line() + ")");
    }

    private Map<String, YamlKeys.Value> parse(String yaml) {
        try {
            return YamlKeys.read(yaml, problems);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new ConfigurationException(
                    "configuration is not YAML: file=" + source + ", line=" + at.getLineNr() + ", column="
                            + at.getColumnNr() + ", reason=" + e.getOriginalMessage(),
                    e);
        }
    }

    static String defaultText() {
        try (InputStream stream = Objects.requireNonNull(ConfigReader.class.getResourceAsStream(DEFAULTS), DEFAULTS)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("damaged jar: resource=" + DEFAULTS, e);
        }
    }
}
