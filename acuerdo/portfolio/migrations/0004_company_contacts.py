from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0003_unmatched_credits")]

    operations = [
        migrations.AddField(
            model_name="contactpoint",
            name="contact_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="contactpoint",
            name="contact_role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("payments", "Pagos"),
                    ("treasury", "Tesorería"),
                    ("accounting", "Contabilidad"),
                    ("legal_representative", "Representante legal"),
                    ("owner", "Dueño"),
                    ("other", "Otra área"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
    ]
