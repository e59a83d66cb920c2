{{- define "kubeocr.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "kubeocr.operator" -}}
{{ include "kubeocr.name" . }}-operator
{{- end }}

{{- define "kubeocr.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ default (include "kubeocr.operator" .) .Values.serviceAccount.name }}
{{- else }}{{ required "serviceAccount.name: needed where serviceAccount.create is false" .Values.serviceAccount.name }}{{ end }}
{{- end }}

{{- define "kubeocr.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "kubeocr.labels" -}}
{{ include "kubeocr.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "kubeocr.image" -}}
{{- with .Values.image }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end }}{{ end }}
{{- end }}

{{- /* What the operator puts on everything that it makes */ -}}
{{- define "kubeocr.runtimes" -}}
app.kubernetes.io/name: ocr-runtime
app.kubernetes.io/managed-by: kubeocr-operator
{{- end }}

{{- /* Fails unless the cluster serves an API: (list . "group/version/Kind" "value that asks for it") */ -}}
{{- define "kubeocr.needs" -}}
{{- $api := index . 1 }}
{{- if not ((index . 0).Capabilities.APIVersions.Has $api) }}
{{- fail (printf "%s: the cluster does not serve %s; install what brings it first, or leave this off (helm template: --api-versions %s)" (index . 2) $api $api) }}
{{- end }}
{{- end }}
