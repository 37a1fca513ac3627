/**
 * The layout of a scan master as data: a YAML file that says which groups, attributes, fields and links an entry has, and where what is known of a scan
 * goes. {@link org.penstock.daemon.nexus.template.ScanTemplate} reads and checks one; {@code daemon.nexus} writes files by it.
 *
 * <p>How a template is written is said at the head of {@code esrf.yaml}, the default.
 */
@NullMarked
package org.penstock.daemon.nexus.template;

import org.jspecify.annotations.NullMarked;
