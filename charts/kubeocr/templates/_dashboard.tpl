{{- /* files/dashboard.yaml as Grafana has it: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */ -}}
{{- define "kubeocr.dashboard" -}}
{{- $shown := .Files.Get "files/dashboard.yaml" | fromYaml }}
title: KubeOCR
uid: kubeocr
tags: [kubeocr]
schemaVersion: 39
editable: true
refresh: 30s
time: {from: now-3h, to: now}
templating:
  list:
    - {name: datasource, label: Data source, type: datasource, query: prometheus}
    {{- range $name := list "namespace" "service" }}
    - name: {{ $name }}
      type: query
      datasource: {type: prometheus, uid: "${datasource}"}
      query: {{ get $shown.variables $name | quote }}
      refresh: 2
      sort: 1
      multi: true
      includeAll: true
      allValue: ".*"
      current: {text: All, value: $__all}
    {{- end }}
panels:
{{- $y := 0 }}{{ $id := 1 }}
{{- range $shown.rows }}
  - {type: row, id: {{ $id }}, title: {{ .title }}, collapsed: false, panels: [], gridPos: {h: 1, w: 24, x: 0, "y": {{ $y }}}}
  {{- $id = add1 $id }}
  {{- range $index, $panel := .panels }}
  - type: timeseries
    id: {{ $id }}
    title: {{ $panel.title | quote }}
    datasource: {type: prometheus, uid: "${datasource}"}
    gridPos: {h: 8, w: 6, x: {{ mul 6 (mod $index 4) }}, "y": {{ add $y 1 (mul 8 (div $index 4)) }}}
    fieldConfig: {defaults: {unit: {{ $panel.unit }}, min: 0}, overrides: []}
    targets:
    {{- range $legend, $query := $panel.queries }}
      - {refId: {{ $legend | sha256sum | trunc 8 | quote }}, legendFormat: {{ $legend | quote }}, expr: {{ $query | quote }}}
    {{- end }}
  {{- $id = add1 $id }}
  {{- end }}
  {{- $y = add $y 1 (mul 8 (div (add 3 (len .panels)) 4)) }}
{{- end }}
{{- end }}
