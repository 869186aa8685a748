import acuerdo.base.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('portfolio', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactPreference',
            fields=[
                ('debtor', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='portfolio.debtor')),
                ('hours', models.JSONField()),
                ('instrument', models.CharField(max_length=200)),
                ('given_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'Correo'), ('whatsapp', 'WhatsApp'), ('voice', 'Mensaje de voz'), ('call', 'Llamada'), ('visit', 'Visita'), ('letter', 'Carta')], max_length=8)),
                ('purpose', models.CharField(max_length=12)),
                ('recipient', models.CharField(max_length=12)),
                ('verdict', models.CharField(max_length=6)),
                ('rules', models.JSONField(default=list)),
                ('first_rule', models.CharField(blank=True, max_length=60)),
                ('next_allowed_at', models.DateTimeField(null=True)),
                ('pack', models.CharField(max_length=8)),
                ('pack_version', models.CharField(max_length=40)),
                ('question', models.JSONField()),
                ('actor', models.CharField(db_default='', default='', max_length=60)),
                ('creditor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.creditor')),
                ('debtor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.debtor')),
            ],
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('direction', models.CharField(default='out', max_length=3)),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'Correo'), ('whatsapp', 'WhatsApp'), ('voice', 'Mensaje de voz'), ('call', 'Llamada'), ('visit', 'Visita'), ('letter', 'Carta')], max_length=8)),
                ('purpose', models.CharField(default='collection', max_length=12)),
                ('recipient', models.CharField(default='debtor', max_length=12)),
                ('status', models.CharField(choices=[('reserved', 'Autorizado'), ('sent', 'Enviado'), ('delivered', 'Entregado'), ('read', 'Leído'), ('answered', 'Respondido'), ('unanswered', 'Sin respuesta'), ('failed', 'No salió'), ('cancelled', 'Cancelado')], max_length=10)),
                ('right_party', models.BooleanField(default=False)),
                ('is_two_way', models.BooleanField(db_default=False, default=False)),
                ('counts', models.BooleanField(db_default=True, default=True)),
                ('disposition', models.CharField(blank=True, max_length=20)),
                ('note', models.TextField(blank=True)),
                ('duration_seconds', models.IntegerField(null=True)),
                ('balance_stated_minor', models.BigIntegerField(null=True)),
                ('details', models.JSONField(db_default={}, default=dict)),
                ('actor', models.CharField(max_length=60)),
                ('contact_point', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portfolio.contactpoint')),
                ('creditor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.creditor')),
                ('debtor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.debtor')),
                ('obligation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.obligation')),
                ('verdict', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attempt', to='policy.verdict')),
            ],
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'Correo'), ('whatsapp', 'WhatsApp'), ('voice', 'Mensaje de voz'), ('call', 'Llamada'), ('visit', 'Visita'), ('letter', 'Carta')], max_length=8)),
                ('purpose', models.CharField(default='collection', max_length=12)),
                ('granted_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('source', models.CharField(max_length=60)),
                ('proof', models.CharField(blank=True, max_length=200)),
                ('recorded_by', models.CharField(max_length=60)),
                ('debtor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.debtor')),
            ],
            options={
                'indexes': [models.Index(fields=['debtor', 'channel'], name='policy_consent_debtor')],
                'constraints': [models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), ('revoked_at__gte', models.F('granted_at')), _connector='OR'), name='policy_consent_order')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(db_default=acuerdo.base.fields.NewUid(), editable=False, unique=True)),
                ('kind', models.CharField(choices=[('dispute', 'En disputa'), ('insolvency', 'Insolvencia'), ('deceased', 'Fallecimiento'), ('already_paid', 'Ya pagó (en verificación)'), ('represented', 'Con representante'), ('do_not_contact', 'No contactar'), ('wrong_person', 'No es la persona'), ('complaint', 'Reclamo en trámite'), ('vulnerable', 'Situación especial'), ('hardship', 'Dificultad de pago en estudio'), ('insurance_claim', 'Seguro o siniestro en trámite'), ('legal_review', 'Revisión legal'), ('cooling_off', 'Pausa después de una conversación'), ('information_due', 'Información por enviar'), ('in_review', 'Solicitud en estudio'), ('commitment', 'Promesa o plan vigente'), ('identity_doubt', 'Titularidad del medio en duda'), ('fraud', 'Suplantación o fraude'), ('lawsuit', 'Proceso judicial'), ('authority_order', 'Orden de autoridad')], max_length=16)),
                ('channel', models.CharField(blank=True, choices=[('sms', 'SMS'), ('email', 'Correo'), ('whatsapp', 'WhatsApp'), ('voice', 'Mensaje de voz'), ('call', 'Llamada'), ('visit', 'Visita'), ('letter', 'Carta')], max_length=8)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('review_on', models.DateField(null=True)),
                ('reason', models.CharField(max_length=300)),
                ('placed_by', models.CharField(max_length=60)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.CharField(blank=True, max_length=60)),
                ('lift_reason', models.CharField(blank=True, max_length=300)),
                ('debtor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.debtor')),
                ('obligation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.obligation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('lifted_at__isnull', True)), fields=['debtor'], name='policy_hold_open')],
            },
        ),
        migrations.CreateModel(
            name='PolicyReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pack', models.CharField(max_length=8)),
                ('name', models.CharField(max_length=40)),
                ('value', models.CharField(max_length=60)),
                ('approved_by', models.CharField(max_length=60)),
                ('approved_on', models.DateField()),
                ('reason', models.CharField(max_length=300)),
                ('recorded_at', models.DateTimeField()),
                ('creditor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.creditor')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('creditor', 'pack', 'name', 'approved_on'), name='policy_reading_once')],
            },
        ),
        migrations.AddIndex(
            model_name='verdict',
            index=models.Index(fields=['debtor', '-at'], name='policy_verdict_debtor'),
        ),
        migrations.AddIndex(
            model_name='verdict',
            index=models.Index(fields=['at'], name='policy_verdict_at'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['debtor', '-at'], name='policy_attempt_debtor'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['at', 'channel'], name='policy_attempt_at'),
        ),
    ]
